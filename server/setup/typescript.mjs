// What `npm start` runs the server with: TypeScript with its types taken off and nothing else changed, as Node does it
// by itself from 22.18. tsx, which starts our tools, also names each function anew whenever it is made: that was 3 kB of
// every idle connection, and time of every message (docs/performance.md).
import { register } from 'node:module'
import process from 'node:process'

if (!process.features.typescript) {
  process.setSourceMapsEnabled(true)
  register('./typescript-hooks.mjs', import.meta.url)
}
