// `npm test`, `npm test -- --fast` (without the browser). Old syntax up to the version check, as in server/start.mjs.
import { nodeVersionProblem } from '../setup/node-version.mjs'

var problem = nodeVersionProblem(process.versions.node)
if (problem) {
  process.stderr.write(problem + '\n')
  process.exitCode = 1
} else {
  void import('./suites.mjs').then(function (suites) {
    return suites.runSuites({ withBrowser: process.argv.indexOf('--fast') < 0 })
  })
}
