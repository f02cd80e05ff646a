// The rules page: what is in force, for whom, since when; and changing one layer of it.
import { noChanges, rulesFor, ruleLines, type RuleLayers, type RulesView } from '#contract/rule-layers.ts'
import type { RiskTier } from '#contract/primitives.ts'
import type { Trial } from '#contract/rule-trial.ts'
import type { RuleChange } from '#contract/rule-set.ts'
import type { Database, Db, Tx } from '#db/database.ts'
import { writeAudit } from './audit-store.ts'
import type { Asked, Handlers } from './handler.ts'
import type { RuleBookPort, TryRulesPort } from './ports.ts'
import { refused, type Refused } from './refusals.ts'
import { findHomeOf, labelsOf } from './rules-store.ts'

const historyMax = 50

export type RulesSettings = { db: Database; ruleBook: RuleBookPort; tryRules: TryRulesPort }

type RulesHandlers = Pick<Handlers, 'rules' | 'saveRules' | 'tryRules'>

export function rulesHandlers({ db, ruleBook, tryRules }: RulesSettings): RulesHandlers {
  return {
    rules: ({ params, query }) =>
      view(db, ruleBook, { communityId: params.id, scope: query.scope ?? 'community' }),
    saveRules: (asked) => db.transaction((tx) => save(tx, ruleBook, asked)),
    tryRules: (asked) => tryOn({ db, ruleBook, tryRules }, asked),
  }
}

type Looked = { communityId: number; scope: string }

async function view(
  db: Db,
  book: RuleBookPort,
  { communityId, scope }: Looked,
): Promise<RulesView | Refused> {
  const whose = await whoseIs(db, communityId, scope)
  if (!whose) return refused('not_found')
  const { version, layers } = await book.read(db, communityId)
  return {
    version,
    scope,
    layers,
    lines: ruleLines(rulesFor(layers, whose), rulesFor(changed(layers, scope, {}), whose)),
    history: await book.history(db, communityId, historyMax),
    homes: await labelsOf(db, Object.keys(layers.homes).map(Number)),
  }
}

async function save(
  tx: Tx,
  book: RuleBookPort,
  { params, body, personId, now }: Asked<'saveRules'>,
): Promise<RulesView | Refused> {
  const communityId = params.id
  const { scope, change, note } = body
  if (!(await whoseIs(tx, communityId, scope))) return refused('not_found')
  const { version, layers } = await book.read(tx, communityId)
  const next = {
    communityId,
    version: version + 1,
    layers: changed(layers, scope, change),
    note,
    byId: personId,
    now,
  }
  if (version !== body.version || !(await book.write(tx, next))) {
    const [latest] = await book.history(tx, communityId, 1)
    return refused('somebody_was_first', latest?.createdBy ? { by: latest.createdBy } : {})
  }
  await writeAudit(tx, {
    now,
    personId,
    what: 'rulesChanged',
    communityId,
    detail: { version: next.version, scope },
  })
  return view(tx, book, { communityId, scope })
}

/** On the rules that are in force now, whoever changes them meanwhile: nothing is written. */
async function tryOn(
  { db, ruleBook, tryRules }: RulesSettings,
  { params, body, now }: Asked<'tryRules'>,
): Promise<Trial | Refused> {
  const communityId = params.id
  if (!(await whoseIs(db, communityId, body.scope))) return refused('not_found')
  const { layers } = await ruleBook.read(db, communityId)
  const tried = await tryRules({ communityId, layers: changed(layers, body.scope, body.change), now })
  return tried.ok ? tried.trial : refused('not_allowed_now', whyNot[tried.why])
}

const whyNot = {
  underWay: {
    zh: '有人正在试别的规则，一次只能试一个，请过一分钟再试。',
    en: 'Somebody is trying other rules. Only one can be tried at a time: please try again in a minute.',
  },
  tooMuch: {
    zh: '历史太多，页面上试不完。请管理员用命令 npm run replay 试。',
    en: 'There is too much history to try it on the page. The administrator can run npm run replay.',
  },
}

/** The layers with one of them replaced; a home without changes leaves no trace. */
function changed(layers: RuleLayers, scope: string, change: RuleChange): RuleLayers {
  if (scope === 'community') return { ...layers, community: change }
  const homeId = homeIdOf(scope)
  if (homeId === undefined) return { ...layers, tiers: { ...layers.tiers, [scope]: change } }
  const { [String(homeId)]: _before, ...others } = layers.homes
  return { ...layers, homes: Object.keys(change).length > 0 ? { ...others, [homeId]: change } : others }
}

const homeIdOf = (scope: string): number | undefined =>
  scope.startsWith('home-') ? Number(scope.slice('home-'.length)) : undefined

/** For whom a layer is shown: a home by its resident at the highest risk; the community by those without any. */
async function whoseIs(
  db: Db,
  communityId: number,
  scope: string,
): Promise<{ tier: RiskTier; homeId?: number } | undefined> {
  if (scope === 'community') return { tier: 'general' }
  const homeId = homeIdOf(scope)
  if (homeId === undefined) return scope in noChanges.tiers ? { tier: scope as RiskTier } : undefined
  return findHomeOf(db, communityId, homeId)
}
