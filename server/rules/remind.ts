// Before the deadline: whoever was not heard yet is reminded, and then asked as the plan says. Nothing is wrong, so there
// is no incident: each ask is due by the row of the pact (`remind_at`), and a press takes the row away.
import { rulesOfMany } from '#contract/rule-layers.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import type { Edge } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { nextAskBefore } from '#domain/ask-plan.ts'
import { addDays } from '#domain/calendar-day.ts'
import { lockReminders, putOff, writeReminders, type ReminderDue } from './remind-store.ts'
import { ruleBooks } from './rule-book.ts'

/** Never with blame (safety 18). */
const texts: Record<Edge, string> = {
  morning: '早上好，方便时请按一下报平安',
  evening: '晚上好，方便时请按一下报平安',
}

/** Takes at most `max` of those who are to be asked by now, each ask once. Gives how many were taken. */
export async function remind(tx: Tx, now: number, max: number): Promise<number> {
  const due = await lockReminders(tx, now, max)
  if (due.length === 0) return 0
  const rulesOf = rulesOfMany(await ruleBooks(tx, [...new Set(due.map(({ communityId }) => communityId))]))
  // Who is away is left in peace, and so is everybody after the hour: then it is somebody else's to ask.
  const asked = due.filter(({ isAway, dueAt }) => !isAway && dueAt > now)
  const text = asked.map(({ pactId, edge }) => ({ pactId, text: texts[edge] }))
  const next = due.map((one) => ({
    pactId: one.pactId,
    nextAt: one.isAway ? null : nextAt(one, rulesOf(one), now),
  }))
  await Promise.all([putOff(tx, next), writeReminders(tx, text, now)])
  return due.length
}

/** The plan is the one by which they are asked after the deadline too (dispatch/asks-of.ts). */
function nextAt(one: ReminderDue, rules: RuleSet, now: number): number | null {
  if (one.byVisit || isNewcomer(one, rules)) return null
  const { tier, notByPhone: deaf, agreedAt, dueAt } = one
  const task = agreedAt === null ? 'missed' : 'longSilence'
  return nextAskBefore({ task, tier, deaf, firstFortnight: false, rules }, { dueAt, now })
}

/** Somebody to show how (judge-deadlines.ts): once is enough for whoever has never pressed. */
const isNewcomer = (one: ReminderDue, { silence }: RuleSet): boolean =>
  !one.hasPressed && one.dueOn < addDays(one.enrolledOn, silence.fortnightDays)
