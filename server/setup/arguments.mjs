/** What npm leaves in `npm_config_demo` when it swallows `--no-demo` or `--demo=false` before the script sees it. */
const swallowedNo = new Set(['', 'false', '0', 'null'])

/**
 * Reads `npm start`'s arguments, also the ones npm keeps for itself when `--` is forgotten.
 * @returns {{ demo: '0' | '1' | undefined, unknown: string[] }} `demo` undefined: nobody said, the server decides
 */
export function readArguments(args, env) {
  const unknown = args.filter((argument) => argument !== '--no-demo' && argument !== '--demo')
  return { demo: demoWish(args, env), unknown }
}

function demoWish(args, env) {
  if (args.includes('--no-demo')) return '0'
  if (args.includes('--demo')) return '1'
  if (env['npm_config_no_demo'] !== undefined) return '0'
  const swallowed = env['npm_config_demo']
  if (swallowed === undefined) return undefined
  return swallowedNo.has(swallowed) ? '0' : '1'
}
