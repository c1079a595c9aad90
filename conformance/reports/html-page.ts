export const pageStyle = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tfoot { font-weight: bold; }
form { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; margin-bottom: 1rem; }
input[type=search] { min-width: 16rem; padding: .2rem .4rem; font: inherit; }
output, small { opacity: .7; }
details { border-top: 1px solid var(--line); padding: .3rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 7.5rem; }
details > p { margin: .4rem 0; }
.observed { border-left: 3px solid #d93025; padding-left: .6rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: color-mix(in srgb, currentColor 7%, transparent); padding: .6rem; font-size: 13px; }
.passed { color: #188038; } .failed, .broken, .unexpected-pass { color: #d93025; }
.warned { color: #b06000; } .not-tested, .expected-failure { color: #80868b; }
@media (prefers-color-scheme: dark) {
  .passed { color: #81c995; } .failed, .broken, .unexpected-pass { color: #f28b82; } .warned { color: #fdd663; }
}
@media print { form { display: none; } }
`;

/** The filter, which stands in the address too, so that a part of the report can be pointed at. */
export const pageScript = `
const form = document.getElementById('filter');
const search = form.querySelector('[type=search]');
const boxes = [...form.querySelectorAll('[type=checkbox]')];
const checks = [...document.querySelectorAll('.check')];
const texts = new Map(checks.map((check) => [check, check.textContent.toLowerCase()]));
function show() {
  const words = search.value.toLowerCase().split(/\\s+/);
  const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const check of checks)
    check.hidden = !kinds.has(check.dataset.kind) || !words.every((word) => texts.get(check).includes(word));
  for (const chapter of document.querySelectorAll('section'))
    chapter.hidden = !chapter.querySelector('.check:not([hidden])');
  form.querySelector('output').value = checks.filter((check) => !check.hidden).length + ' of ' + checks.length;
}
function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has('find')) search.value = asked.get('find');
  if (asked.has('show')) for (const box of boxes) box.checked = asked.get('show').split(' ').includes(box.value);
  show();
}
function writeAddress() {
  const kinds = boxes.filter((box) => box.checked).map((box) => box.value).join(' ');
  history.replaceState(null, '', '#' + new URLSearchParams({ find: search.value, show: kinds }));
}
form.addEventListener('input', () => { show(); writeAddress(); });
form.addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', readAddress);
readAddress();
`;
