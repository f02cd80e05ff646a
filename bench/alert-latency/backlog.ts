export async function backlogCases(_: unknown) {
  return []
}
