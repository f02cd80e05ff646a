import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** Below this width three zones side by side would all be too small: they become tabs. */
const narrowQuery = '(max-width: 900px)'

export function useNarrow(): Readonly<Ref<boolean>> {
  const query = matchMedia(narrowQuery)
  const narrow = ref(query.matches)
  const follow = (): void => void (narrow.value = query.matches)
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return readonly(narrow)
}
