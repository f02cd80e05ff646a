import { accessSync, constants, mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { buildDashboard, dashboardIsStale } from './dashboard.mjs'
import { installPackages } from './npm.mjs'
import { packagesAreMissing, packagesToInstall } from './packages.mjs'
import { cache, root } from './places.mjs'
import { PlainProblem } from './plain-problem.mjs'
import { inTurn } from './turn.mjs'

/**
 * Brings the tree up to date: packages first, then the dashboard. Does nothing, and writes nothing, when both are
 * current; that check costs some tens of milliseconds.
 * @param {{ packages: 'production' | 'full' }} wish what is needed at least; a full install is never reduced
 */
export async function prepare({ packages }) {
  if (!packagesAreMissing(root, packages) && !dashboardIsStale()) return
  demandWritable()
  await inTurn(async () => {
    const wanted = packagesToInstall(root, packages)
    if (wanted) await installPackages({ folder: root, packages: wanted, title: 'Installing packages' })
    if (dashboardIsStale()) await buildDashboard()
  })
}

function demandWritable() {
  try {
    accessSync(root, constants.W_OK)
    mkdirSync(cache, { recursive: true })
    accessSync(cache, constants.W_OK)
  } catch {
    throw new PlainProblem(
      `Packages or the dashboard must be installed first, but ${root} cannot be written by the user ` +
        `"${userName()}": start once as the owner of that folder, or make a clone that you own.`,
    )
  }
}

function userName() {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
