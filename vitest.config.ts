import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { Response } from 'miniflare'
import { defineConfig } from 'vitest/config'
import { answerAsInternet } from './test/support/internet.ts'

const { MODEL_SEED = '', MODEL_PATH = '', MODEL_RUNS = '' } = process.env

/** All others run in workerd. */
const NODE_TESTS = ['test/e2e', 'test/cli', 'test/bench', 'test/tools']

export default defineConfig({
  test: {
    // Vitest would leave one of two cores idle, and much of the time is spent waiting.
    maxWorkers: 2,
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { TEST_MIGRATIONS: await readD1Migrations('migrations') },
              async outboundService(request) {
                const { body, ...init } = await answerAsInternet(request)
                return new Response(body, init)
              },
            },
          })),
        ],
        test: {
          name: 'worker',
          // Workers have no environment of their own to read (test/suites/model/replay.ts).
          provide: { model: { seed: MODEL_SEED, path: MODEL_PATH, runs: MODEL_RUNS } },
          include: ['test/**/*.test.ts'],
          exclude: NODE_TESTS.map((folder) => `${folder}/**`),
          // Some make a hundred sign-ins, on machines that have other things to do.
          testTimeout: 30_000,
        },
      },
      {
        test: { name: 'tools', include: ['test/{cli,bench,tools}/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        test: {
          name: 'e2e',
          setupFiles: ['test/support/e2e/hold-answers.ts'],
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
