export const pageStyle = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
tfoot { font-weight: bold; }
form { display: flex; flex-wrap: wrap; gap: .4rem 1rem; margin-bottom: 1rem; }
input[type=search] { min-width: 16rem; font: inherit; }
details { border-top: 1px solid var(--line); padding: .3rem 0; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 6.5rem; }
pre { overflow-x: auto; background: color-mix(in srgb, currentColor 7%, transparent); padding: .6rem; font-size: 13px; }
.passed { color: #188038; } .failed, .broken, .unexpected-pass { color: #d93025; }
.warned { color: #b06000; } .not-tested, .expected-failure { color: #80868b; }
`;

export const pageScript = `
const form = document.getElementById('filter');
const checks = [...document.querySelectorAll('.check')];
function show() {
  const words = form.querySelector('[type=search]').value.toLowerCase().split(/\\s+/);
  const kinds = new Set([...form.querySelectorAll(':checked')].map((box) => box.value));
  for (const check of checks) {
    const text = check.textContent.toLowerCase();
    check.hidden = !kinds.has(check.dataset.kind) || !words.every((word) => text.includes(word));
  }
}
form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
`;
