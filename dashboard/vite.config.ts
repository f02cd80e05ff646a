import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { routeTable } from './route-table.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const server = 'http://localhost:3000'

export default defineConfig({
  root: here('.'),
  plugins: [vue(), routeTable(), residentAddress()],
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    rolldownOptions: {
      input: { main: here('./index.html'), resident: here('./resident.html') },
      treeshake: {
        // Schemas of the contract are for the server; the pages take only its tables and types.
        manualPureFunctions: ['Type', 'orNull'],
        moduleSideEffects: [{ test: /node_modules\/typebox\//, sideEffects: false }],
      },
    },
  },
  server: {
    proxy: { '/api': server, '/socket.io': { target: server, ws: true } },
  },
})

/** `/r#token` is the resident's own light page, in development as on the real server. */
function residentAddress(): Plugin {
  return {
    name: 'resident-address',
    configureServer(vite) {
      vite.middlewares.use((request, _response, next) => {
        if (request.url === '/r' || request.url?.startsWith('/r?')) request.url = '/resident.html'
        next()
      })
    },
  }
}
