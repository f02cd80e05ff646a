import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { RuleLine, RulesView } from '#contract/rule-layers.ts'
import type { RuleChange } from '#contract/rule-set.ts'
import { call } from '../api/client.ts'
import { useAct } from '../api/useAct.ts'
import { changeOf, isAllowed, isEdited, keyOf, valueOf, type Edits, type RuleValue } from './rule-change.ts'

export type Rules = {
  view: Readonly<Ref<RulesView | undefined>>
  scope: Ref<string>
  edits: Readonly<Ref<Edits>>
  /** Edited lines, and whether all of them may be saved. */
  edited: ComputedRef<readonly RuleLine[]>
  isSavable: ComputedRef<boolean>
  busy: Ref<'no' | 'yes'>
  edit: (line: RuleLine, value: RuleValue) => void
  discard: () => void
  /** All that this layer does otherwise, as it is typed. */
  change: () => RuleChange
  /** The new version, or undefined where it was refused; what was typed stays then. */
  save: (note: string) => Promise<number | undefined>
}

/** The rules of a community, one layer at a time, and what was typed but not yet saved. */
export function useRules(communityId: number): Rules {
  const { busy, run } = useAct()
  const view = shallowRef<RulesView>()
  const scope = ref('community')
  const edits = shallowRef<Edits>({})
  const params = { id: communityId }
  const edited = computed(() => (view.value?.lines ?? []).filter((line) => isEdited(line, edits.value)))

  async function load(): Promise<void> {
    const asked = scope.value
    const fresh = await run(() => call('rules', { params, query: { scope: asked } }))
    if (!fresh || asked !== scope.value) return
    view.value = fresh
    edits.value = {}
  }

  const change = (): RuleChange => changeOf(view.value?.lines ?? [], edits.value)

  async function save(note: string): Promise<number | undefined> {
    const { version = 0 } = view.value ?? {}
    const body = { scope: scope.value, change: change(), version, note }
    const fresh = await run(() => call('saveRules', { params, body }))
    if (!fresh) return undefined
    view.value = fresh
    edits.value = {}
    return fresh.version
  }

  watch(scope, load, { immediate: true })
  return {
    view,
    scope,
    edits,
    edited,
    isSavable: computed(
      () =>
        edited.value.length > 0 && edited.value.every((line) => isAllowed(line, valueOf(line, edits.value))),
    ),
    busy,
    edit: (line, value) => void (edits.value = { ...edits.value, [keyOf(line)]: value }),
    discard: () => void (edits.value = {}),
    change,
    save,
  }
}
