import { computed, ref, watchEffect } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'
const key = 'theme'

export const theme = ref<Theme>(remembered())
const systemIsDark = ref(false)

/** What is painted now. The same rule as public/theme.js, which paints first. */
export const painted = computed<'light' | 'dark'>(() =>
  theme.value === 'auto' ? (systemIsDark.value ? 'dark' : 'light') : theme.value,
)

if (typeof matchMedia !== 'undefined') {
  const query = matchMedia('(prefers-color-scheme: dark)')
  systemIsDark.value = query.matches
  query.addEventListener('change', (change) => (systemIsDark.value = change.matches))
  watchEffect(() => (document.documentElement.dataset['theme'] = painted.value), { flush: 'sync' })
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen
  try {
    localStorage.setItem(key, chosen)
  } catch {
    // Painted all the same; only the next visit forgets it.
  }
}

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(key)
    return kept === 'light' || kept === 'dark' ? kept : 'auto'
  } catch {
    return 'auto'
  }
}
