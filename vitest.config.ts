import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { launchOptions } from './test/support/chromium.ts'

/** Pure rules, adapters of one kind and the laws of the source: the store does not matter to them. */
const ONCE = [
  'test/src/**/*.unit.test.ts',
  'test/smart-launch/**/*.test.ts',
  'test/sandbox/**/*.test.ts',
  'test/support/**/*.test.ts',
  'test/bench/**/*.test.ts',
  'test/*.test.ts',
]

/** Everything that touches a store runs on each engine; test/support/store.ts reads which from the environment. */
const onStore = (engine: 'sqlite' | 'postgres') => ({
  test: {
    name: engine,
    include: ['test/src/**/*.test.ts'],
    exclude: ['**/*.unit.test.ts'],
    env: { PORTICO_TEST_ENGINE: engine },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})

/** A file starts one demo of its own (three servers and a browser): two at once are what two cores carry. */
const journeys = (name: string, include: string[], engine: 'sqlite' | 'postgres') => ({
  test: {
    name,
    // A browser on a machine that others use may stumble once; twice is a fault.
    retry: process.env['CI'] ? 1 : 0,
    include,
    env: { PORTICO_TEST_ENGINE: engine },
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})

export default defineConfig({
  test: {
    // Two forks fill two cores; a worker of its own for each file keeps native handles and clocks apart.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { test: { name: 'once', include: ONCE, testTimeout: 30_000, hookTimeout: 30_000 } },
      onStore('sqlite'),
      onStore('postgres'),
      {
        // Found by the dev server only while tests run, they would reload the page in the middle of a test.
        optimizeDeps: {
          include: ['axe-core', 'fast-check', 'lit', 'lit/decorators.js', 'lit/directives/repeat.js'],
        },
        test: {
          name: 'components',
          include: ['test/web-components/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: launchOptions() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      journeys('journeys', ['test/journeys/**/*.test.ts'], 'sqlite'),
      // What staff and patients do on the first day; test/journeys/postgres.test.ts has the walk and the kills.
      journeys('journeys-on-postgres', ['test/journeys/{desk,first-day}.test.ts'], 'postgres'),
    ],
  },
})
