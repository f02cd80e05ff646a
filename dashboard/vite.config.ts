import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { build, defineConfig, type InlineConfig, type Plugin } from 'vite'
import { routeTable } from './route-table.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const server = 'http://localhost:3000'

const shared = {
  root: here('.'),
  // Every component is a setup function: the older half of Vue stays out of the bundle.
  define: { __VUE_OPTIONS_API__: 'false' },
  build: {
    target: 'es2022',
    rolldownOptions: {
      treeshake: {
        // Schemas of the contract are for the server; the pages take only its tables and types.
        manualPureFunctions: ['Type', 'orNull'],
        moduleSideEffects: [{ test: /node_modules\/typebox\//, sideEffects: false }],
      },
    },
  },
} satisfies InlineConfig

export default defineConfig({
  ...shared,
  plugins: [vue(), routeTable(), residentApart()],
  build: { ...shared.build, outDir: here('./dist'), emptyOutDir: true, manifest: true },
  server: {
    proxy: { '/api': server, '/socket.io': { target: server, ws: true } },
  },
})

/**
 * The resident's page (`/r#token`) is built by itself into the same folder: sharing chunks with the desk would give
 * an old tablet all of Vue that any page needs, and take it over its 40 KB.
 */
function residentApart(): Plugin {
  let outDir = ''
  return {
    name: 'resident-apart',
    configResolved: (config) => void (outDir = config.build.outDir),
    configureServer(vite) {
      vite.middlewares.use((request, _response, next) => {
        if (request.url === '/r' || request.url?.startsWith('/r?')) request.url = '/resident.html'
        next()
      })
    },
    async closeBundle(error) {
      if (!error && !this.meta.watchMode) await buildResident(outDir)
    },
  }
}

async function buildResident(outDir: string): Promise<void> {
  const { build: options } = shared
  await build({
    ...shared,
    configFile: false,
    logLevel: 'warn',
    plugins: [vue(), routeTable()],
    build: {
      ...options,
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      manifest: '.vite/manifest-resident.json',
      rolldownOptions: { ...options.rolldownOptions, input: here('./resident.html') },
    },
  })
}
