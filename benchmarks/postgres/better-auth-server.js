/**
 * The peer: better-auth's phone-number plugin on the same PostgreSQL, with its limiter on but out of reach, and a text that
 * goes nowhere. Argument: the URL of its database.
 */
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { phoneNumber } from 'better-auth/plugins';
import pg from 'pg';

const outOfReach = { window: 60, max: 1_000_000_000 };
const options = {
  database: new pg.Pool({ connectionString: process.argv[3], max: 16 }),
  secret: 'a secret of the benchmark, 32 characters or more',
  baseURL: 'http://127.0.0.1',
  trustedOrigins: ['*'],
  rateLimit: { enabled: true, ...outOfReach, customRules: { '/phone-number/*': outOfReach } },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [phoneNumber({ sendOTP: async () => undefined })],
};
const { runMigrations } = await getMigrations(options);
await runMigrations();
const server = createServer(toNodeHandler(betterAuth(options)));
server.listen(0, '127.0.0.1', () => {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const residentBytes = process.memoryUsage.rss();
    process.send({
      cpuMs: (user + system) / 1000,
      residentBytes,
      bytesWritten: 0,
      commits: 0,
      databaseCpuMs: 0,
    });
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ port: server.address().port });
});
