import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone, whatever the current directory is. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Logs, locks and unfinished builds of the setup; ignored by git, safe to delete. */
export const cache = join(root, '.cache')

/** `node --import` this to run TypeScript as `npm start` does. */
export const typescript = new URL('typescript.mjs', import.meta.url).href
