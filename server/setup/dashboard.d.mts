export function dashboardIsStale(): boolean
export function buildDashboard(): Promise<void>
export function fingerprint(folder: string, names: string[]): string
