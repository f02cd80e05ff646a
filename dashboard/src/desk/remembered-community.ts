const key = 'community'

export function rememberedCommunity(): number | undefined {
  try {
    return Number(localStorage.getItem(key)) || undefined
  } catch {
    return undefined
  }
}

export function rememberCommunity(id: number): void {
  try {
    localStorage.setItem(key, String(id))
  } catch {
    // The first community is shown next time.
  }
}
