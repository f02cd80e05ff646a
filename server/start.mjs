// `npm start`. This file and node-version.mjs keep to syntax that an old Node can still read, so that it answers
// with one sentence instead of a SyntaxError; everything else is loaded after the version is known to be good.
import { nodeVersionProblem } from './setup/node-version.mjs'

var problem = nodeVersionProblem(process.versions.node)
if (problem) {
  process.stderr.write(problem + '\n')
  process.exitCode = 1
} else {
  void import('./setup/start.mjs').then(function (setup) {
    return setup.start()
  })
}
