// docs/scenarios.md, printed from the very data that the tests play.
import { chapters } from './all.ts'
import type { Line, Scenario } from './language.ts'
import { usualDay, usualZone } from './language.ts'
import { notYet } from './not-yet.ts'
import { givenSentence, sentenceOf, type Sentence } from './words.ts'

const intro = `# Scenarios · 场景

Printed from \`server/scenarios/\` by \`UPDATE_DOCS=1 npx vitest run server/scenarios/page.test.ts\`; a test holds it. Each is
played on the whole service in virtual time (\`npx vitest run server/scenarios\`), and fails on anything that anybody receives
besides. \`npm run simulate -- NAME\` plays the half of the devices at any broker.

The community is in ${usualZone}, the day Monday ${usualDay}, unless it says otherwise. 李奶奶 (Grandma Li) lives alone in 3-2-501, the
couple 吴爷爷 and 郑奶奶 above her in 3-2-601, 何爷爷 at high risk in 5-1-102. 王红 is the steward of the first two homes and 张伟
the second, for 何爷爷 the other way round; 周阿姨 is Grandma Li's neighbour, 赵敏 sits at the desk. Whoever is not named is well
and says good morning at seven.
`

export function scenariosText(): string {
  const parts = chapters.map(({ zh, en, scenarios }) =>
    [`## ${zh} · ${en}`, ...scenarios.map(scenarioText)].join('\n\n'),
  )
  return `${[intro.trimEnd(), ...parts, notYetText()].join('\n\n')}\n`
}

/** Only named: what they must receive is in not-yet.ts, in the same language. */
function notYetText(): string {
  const lines = notYet.map(
    ({ name, zh, en, safety }) => `- \`${name}\` ${zh}。 *${en}.* (safety ${safety.join(', ')})`,
  )
  return [`## 还没学会 · Not yet learned`, lines.join('\n')].join('\n\n')
}

function scenarioText(one: Scenario): string {
  const safety = one.safety.length > 0 ? ` (safety ${one.safety.join(', ')})` : ''
  const where = [one.on, one.zone].filter((part) => part !== undefined).join(', ')
  return [
    `### ${one.name}\n\n**${one.zh}。** ${one.en}.${safety}${where && ` ${where}.`}`,
    [
      ...shortened(one.given.map((given) => ({ key: given.is, text: bullet('·', givenSentence(given)) }))),
      ...shortened(inOrder(one).map(lineOf)),
      ...endOf(one),
    ].join('\n'),
  ].join('\n\n')
}

type Bullet = { key: string; text: string }

const lineOf = ({ at, what }: Line): Bullet => ({
  key: `${at} ${what.is}`,
  text: bullet(at, sentenceOf(what)),
})

/** Thirty lines that differ in a name are two of them and a count. */
function shortened(bullets: readonly Bullet[]): string[] {
  const runs: Bullet[][] = []
  for (const one of bullets) {
    const last = runs.at(-1)
    if (last?.[0]?.key === one.key) last.push(one)
    else runs.push([one])
  }
  return runs.flatMap((run) => {
    const texts = run.map(({ text }) => text)
    if (texts.length <= alikeMax) return texts
    const left = texts.length - 2
    return [...texts.slice(0, 2), bullet('…', { zh: `另外 ${left} 条同上`, en: `and ${left} more of them` })]
  })
}

const alikeMax = 8

/** As told, by time; expectations stand where their window begins. */
const inOrder = ({ story }: Scenario): Line[] =>
  [...story].sort((a, b) => keyOf(a.at).localeCompare(keyOf(b.at)))
const keyOf = (when: string): string => (when.startsWith('+') ? when : `+0 ${when}`)

const endOf = (one: Scenario): string[] =>
  one.ends.length > 0
    ? shortened(one.ends.map((what) => lineOf({ at: one.until, what })))
    : [bullet(one.until, { zh: '什么事件也没有', en: 'there was no incident at all' })]

const bullet = (when: string, { zh, en }: Sentence): string => `- ${when} ${zh}。 *${capital(en)}.*`
const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)
