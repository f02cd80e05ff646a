import type { Plugin } from 'vite'
import { routes } from '../server/contract/routes.ts'

const id = 'virtual:routes'

/**
 * The routes as `{ name: [method, path] }`. The contract's own table carries every schema and would bring the
 * whole validator into the pages (a third of the resident's budget); types still come from the contract.
 */
export function routeTable(): Plugin {
  return {
    name: 'route-table',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? `export const routes = ${JSON.stringify(table())}` : undefined),
  }
}

const table = (): Record<string, [method: string, path: string]> =>
  Object.fromEntries(Object.entries(routes).map(([name, route]) => [name, [route.method, route.path]]))
