import { spawnSync } from 'node:child_process';

/**
 * Packages of servers would start them, and a main cluster of PostgreSQL would come with every start of the machine. A
 * policy of the machine's own stays as it is.
 */
const INSTALLATION = `
set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm $policy' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod +x $policy
fi
clusters=/etc/postgresql-common/createcluster.conf
case "$*" in *postgresql*)
  if [ ! -e $clusters ]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' > $clusters
  fi
esac
apt-get -q update || true
apt-get -q install -y --no-install-recommends "$@"`;

/**
 * Installs them where that is possible without asking: as root, or by a sudo that wants no password, with apt-get. Starts
 * no service. Says on standard error why one could not be installed; elsewhere does nothing.
 */
export function installDebianPackages(packages: readonly string[]): void {
  const isRoot = process.getuid?.() === 0;
  const allowed =
    isRoot || spawnSync('sudo', ['--non-interactive', 'true'], { stdio: 'ignore' }).status === 0;
  if (!allowed || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return;
  console.log(`Installing what the tests use and is missing, with apt-get: ${packages.join(', ')}`);
  const command = ['sh', '-c', INSTALLATION, 'sh', ...packages];
  const [program = '', ...args] = isRoot ? command : ['sudo', '--non-interactive', ...command];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) console.error(`apt-get install ${packages.join(' ')} failed:\n${stdout}${stderr}`);
}
