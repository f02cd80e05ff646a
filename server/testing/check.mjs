// `npm run check`, `npm run check -- --fast` (without the browser): everything a change must pass, stopping at the
// first failure. Old syntax up to the version check, as in server/start.mjs.
import { nodeVersionProblem } from '../setup/node-version.mjs'

var problem = nodeVersionProblem(process.versions.node)
if (problem) {
  process.stderr.write(problem + '\n')
  process.exitCode = 1
} else {
  void import('./checks.mjs').then(function (checks) {
    return checks.runChecks({ withBrowser: process.argv.indexOf('--fast') < 0 })
  })
}
