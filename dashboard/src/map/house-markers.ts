import { divIcon, DomEvent, marker, type Map as LeafletMap, type Marker } from 'leaflet'
import { hazardSign } from '../window/window-shape.ts'
import type { Badge, Helper, House } from './houses.ts'

export type MarkerTexts = {
  label: (house: House) => string
  helper: (helper: Helper) => string
}

/** HTML markers cost a hundred times what a painted house costs (facts): no more than these at once. */
const markersMax = 200

type Shown = { marker: Marker; key: string }

/** Keeps the markers of a map equal to a list of houses; only what changed is built anew. */
export function createHouseMarkers(map: LeafletMap, open: (buildingId: number) => void) {
  const shown = new Map<number, Shown>()

  function show(houses: readonly House[], texts: MarkerTexts): void {
    const wanted = visibleOf(map, houses)
    const ids = new Set(wanted.map(({ id }) => id))
    for (const [id, one] of shown) if (!ids.has(id)) remove(id, one)
    for (const house of wanted) put(house, texts)
  }

  function put(house: House, texts: MarkerTexts): void {
    const key = JSON.stringify([house, texts.label(house)])
    const known = shown.get(house.id)
    if (known?.key === key) return
    const hadFocus = known?.marker.getElement()?.contains(document.activeElement) ?? false
    if (known) remove(house.id, known)
    const html = houseElement(house, texts, open)
    const icon = divIcon({ html, className: 'house-anchor', iconSize: [0, 0] })
    const placed = marker([house.lat, house.lng], {
      icon,
      interactive: false,
      keyboard: false,
      zIndexOffset: house.badge ? 1000 : 0,
    })
    shown.set(house.id, { marker: placed.addTo(map), key })
    if (hadFocus) html.querySelector('button')?.focus({ preventScroll: true })
  }

  function remove(id: number, one: Shown): void {
    one.marker.remove()
    shown.delete(id)
  }

  return { show, focus: (id: number) => shown.get(id)?.marker.getElement()?.querySelector('button')?.focus() }
}

/** All that fit; of too many those in view, and of these first those that need somebody. */
function visibleOf(map: LeafletMap, houses: readonly House[]): readonly House[] {
  if (houses.length <= markersMax) return houses
  const view = map.getBounds().pad(0.2)
  const inView = houses.filter(({ lat, lng }) => view.contains([lat, lng]))
  if (inView.length <= markersMax) return inView
  return inView.filter(({ badge }) => badge).slice(0, markersMax)
}

function houseElement(house: House, texts: MarkerTexts, open: (id: number) => void): HTMLElement {
  const root = element('div', 'house')
  root.style.setProperty('--wide', String(house.width))
  root.style.setProperty('--high', String(house.height))
  const face = element('button', 'house-face')
  face.setAttribute('type', 'button')
  face.setAttribute('aria-label', texts.label(house))
  face.append(element('span', 'house-name', house.name))
  DomEvent.disableClickPropagation(face)
  face.addEventListener('click', () => open(house.id))
  root.append(face)
  if (house.badge) root.append(badgeElement(house.badge))
  if (house.helper) root.append(helperElement(house.helper, texts))
  return root
}

function badgeElement({ kind, tone, pulsing, count }: Badge): HTMLElement {
  const badge = element('span', `house-badge ${tone}${pulsing ? ' pulsing' : ''}`)
  badge.setAttribute('aria-hidden', 'true')
  const sign = hazardSign[kind]
  if ('text' in sign) badge.append(element('span', sign.text.length > 2 ? 'long' : '', sign.text))
  else badge.append(flame(sign.d))
  if (count > 1) badge.append(element('span', 'house-count', String(count)))
  return badge
}

function helperElement(helper: Helper, texts: MarkerTexts): HTMLElement {
  const shown = element('span', `house-helper${helper.atDoor ? ' at-door' : ''}`)
  shown.append(element('span', 'house-initial', Array.from(helper.name)[0] ?? ''))
  shown.append(element('span', 'house-helper-word', texts.helper(helper)))
  return shown
}

function flame(d: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '10 3 24 24')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', d)
  svg.append(path)
  return svg
}

function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}
