import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { Response } from 'miniflare'
import { defineConfig } from 'vitest/config'
import { answerAsInternet } from './test/support/internet.ts'

export default defineConfig({
  test: {
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
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/scripts/**'],
          // Some make a hundred sign-ins, on machines that have other things to do.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'node',
          setupFiles: ['test/e2e/hold-answers.ts'],
          include: ['test/scripts/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
