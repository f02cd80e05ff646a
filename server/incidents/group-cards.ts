// A group as the desk sees it: every home in it with its own line, in the order in which to ask.
import type { GroupCard, GroupRow } from '#contract/group.ts'
import type { Db } from '#db/database.ts'
import { byNeed, type Ranked } from '#domain/group.ts'
import { grouped } from '#domain/grouped.ts'
import { residentsOf, type ResidentRow } from './cards-store.ts'
import * as store from './group-cards-store.ts'
import type { FlatRow } from './group-cards-store.ts'

/** Open groups of a community, or these, whatever their state. */
export async function groupCards(
  db: Db,
  asked: { communityId?: number; groupIds?: readonly number[] },
): Promise<GroupCard[]> {
  const heads = await store.groupHeads(db, asked)
  if (heads.length === 0) return []
  const flat = await store.groupRows(
    db,
    heads.map(({ id }) => id),
  )
  const homes = await residentsOf(db, [...new Set(flat.map(({ homeId }) => homeId))])
  const residents = grouped(homes, ({ homeId }) => homeId)
  const rows = grouped(flat, ({ groupId }) => groupId)
  return heads.map((head) => ({
    ...head,
    cause: head.evidence.group?.cause ?? 'building',
    rows: inOrder(
      (rows.get(head.id) ?? []).map((row) => rowOf(row, residents.get(row.homeId) ?? [], head.openedAt)),
    ),
  }))
}

function rowOf(flat: FlatRow, home: readonly ResidentRow[], openedAt: number): GroupRow {
  const { groupId: _group, signAt, signWhat, goingName, goingState, ...rest } = flat
  const { answeredAt, answeredBy, answeredWhat, answeredDetail, ...row } = rest
  const about = home.filter(({ id }) => flat.residentId === null || id === flat.residentId)
  const seen = signAt !== null && signWhat !== null ? { at: signAt, what: signWhat } : null
  return {
    ...row,
    residents: about.map(({ homeId: _home, file: _file, ...brief }) => brief),
    alone: home.length === 1,
    newcomer: flat.joinedAt > openedAt,
    lastSign: seen,
    onIt: goingName !== null && goingState !== null ? { name: goingName, state: goingState } : null,
    answer:
      answeredAt !== null && answeredWhat !== null
        ? { at: answeredAt, by: answeredBy, what: answeredWhat, detail: answeredDetail ?? {} }
        : null,
  }
}

function inOrder(rows: readonly GroupRow[]): GroupRow[] {
  const ranked = rows.map((row): Ranked & { row: GroupRow } => ({
    row,
    incidentId: row.incidentId,
    state: row.state,
    tier:
      (['high', 'key'] as const).find((tier) => row.residents.some((one) => one.tier === tier)) ?? 'general',
    blind: row.evidence.silence === 'blind' || row.stage === 'warning',
    alone: row.alone,
    deaf: row.residents.some(({ deaf }) => deaf),
    lastSignAt: row.lastSign?.at ?? null,
  }))
  return byNeed(ranked).map(({ row }) => row)
}
