// Loads our own files for Node before 22.18 (see typescript.mjs), by what also compiles the dashboard and the tests.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'rolldown/utils'

/** Node's hook of this name: https://nodejs.org/api/module.html#loadurl-context-nextload */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
  const file = fileURLToPath(url)
  const { code, map, errors } = await transform(file, await readFile(file, 'utf8'), {
    lang: 'ts',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true },
  })
  const [error] = errors
  if (error) throw new SyntaxError(`${file}: ${error.message}`)
  return { format: 'module', shortCircuit: true, source: code + inlined(map) }
}

/** So that a stack names the line that was written. */
function inlined(map) {
  const bytes = Buffer.from(JSON.stringify({ ...map, sourcesContent: undefined }))
  return `\n//# sourceMappingURL=data:application/json;base64,${bytes.toString('base64')}`
}
