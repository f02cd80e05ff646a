import type { StaffMember } from '#contract/community.ts'
import type { actWords } from '../words.ts'

type Numbered = { phone: string | null; dialable: boolean }

/** A number as it is shown; safety 17: one that belongs to an invented person says that it cannot be dialled. */
export function phoneText(one: Numbered | undefined, w: (typeof actWords)['zh']): string {
  if (!one?.phone) return w.noNumber
  return one.dialable ? one.phone : `${one.phone}${w.cannotDial}`
}

export const phoneOf = (
  staff: readonly StaffMember[] | undefined,
  personId: number,
  w: (typeof actWords)['zh'],
): string =>
  phoneText(
    staff?.find(({ id }) => id === personId),
    w,
  )
