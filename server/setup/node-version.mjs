/**
 * One sentence for a Node that cannot run this project, or undefined for one that can (the same range as
 * package.json `engines`). Old syntax on purpose: this file is read by whatever Node is there.
 */
export function nodeVersionProblem(version) {
  var parts = version.split('.')
  var major = Number(parts[0])
  var minor = Number(parts[1])
  if (major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return undefined
  return (
    'Curtain Pact needs Node 20.19+, 22.12+, or 24 and newer, and this is Node ' +
    version +
    ': please install a current one from https://nodejs.org and start again.'
  )
}
