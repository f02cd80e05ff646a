import { onScopeDispose, watch } from 'vue'
import type { GroupCard } from '#contract/group.ts'
import type { IncidentCard } from '#contract/incident.ts'
import type { Ring } from '#contract/live.ts'
import { incidentTitle, incidentWhat, kindWord } from '#contract/words.ts'
import { language } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ringOnce, ringingIncidents, startAlarm, stopAlarm } from '../live/sound.ts'
import { say } from '../ui/toasts.ts'
import type { Desk } from './useDesk.ts'
import { deskWords } from './words.ts'

/**
 * Rings when the server says so, until somebody has acknowledged. The server is told only what was really heard or
 * shown: a page in the background that may not sound stays silent, so that the next person is told (safety 2).
 */
export function useAlarms(desk: Desk): void {
  const w = useWords(deskWords)
  desk.live.onRing((ring) => {
    const sounded =
      ring.purpose === 'alarm' && belongsHere(ring) ? startAlarm(ring.incidentId, ring) : ringOnce(ring)
    if (!sounded && document.visibilityState !== 'visible') return
    desk.live.rang(ring.tellingId)
    // the ring may be here before its card, which names the home
    say(() => textOf(ring), ring.purpose === 'alarm' ? 'alarm' : 'plain')
  })

  const belongsHere = ({ communityId }: Ring): boolean => communityId === desk.community.id
  const textOf = ({ incidentId, kind }: Ring): string => {
    const group = desk.groups.value.get(incidentId)
    if (group) return groupText(group)
    const card = desk.incidents.value.get(incidentId)
    return card ? incidentTitle(card, language.value) : w.value.ring(kindWord(kind, language.value))
  }

  watch([desk.incidents, desk.groups], ([incidents, groups]) => {
    for (const id of ringingIncidents()) if (!needsSound(groups.get(id) ?? incidents.get(id))) stopAlarm(id)
  })
  onScopeDispose(() => {
    for (const id of ringingIncidents()) stopAlarm(id)
  })
}

/** What has happened to many, and by name who has come to it since. */
function groupText({ kind, evidence, rows }: GroupCard): string {
  const title = incidentWhat(
    { kind, stage: 'warning', evidence: { ...evidence, ...withoutDoors(evidence) } },
    language.value,
  )
  const since = Math.max(0, ...rows.filter(({ newcomer }) => newcomer).map(({ joinedAt }) => joinedAt))
  const names = rows
    .filter(({ newcomer, joinedAt }) => newcomer && joinedAt === since)
    .map(({ homeLabel, residents }) => [homeLabel, ...residents.map(({ greeting }) => greeting)].join(' '))
  return names.length > 0 ? `${title} + ${names.join('、')}` : title
}

const withoutDoors = ({ group }: GroupCard['evidence']) =>
  group ? { group: { ...group, newcomers: [] } } : {}

/** A ring may come before its card: what is not known yet goes on ringing only until the board is up to date. */
const needsSound = (card: Pick<IncidentCard, 'state' | 'acknowledgedAt'> | undefined): boolean =>
  card?.state === 'open' && card.acknowledgedAt === null
