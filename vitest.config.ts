import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  test: {
    environment: 'node',
    include: ['server', 'broker', 'simulators', 'bench', 'dashboard'].map(
      (folder) => `${folder}/**/*.test.ts`,
    ),
    globalSetup: 'server/testing/global-setup.ts',
    // A zone which is neither the community's nor UTC, with half an hour and a summer time: whoever asks the
    // machine for the local time fails on every machine.
    env: { TZ: 'America/St_Johns' },
    // one process more than the two cores we count on: of three files one waits, for a lease, a lost line or a child
    pool: 'forks',
    maxWorkers: 3,
    // Each goes on from file to file with what it has loaded: to load the server anew takes as long as most files test.
    // No module of ours keeps anything that a test could find again.
    isolate: false,
    // real databases and brokers on a slow, shared machine; a test that waits for nothing fails all the same
    testTimeout: 20_000,
    hookTimeout: 60_000,
    dangerouslyIgnoreUnhandledErrors: false,
    allowOnly: false,
    restoreMocks: true,
  },
})
