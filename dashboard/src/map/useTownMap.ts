import { latLngBounds, map as createMap, type LatLngBounds, type Map as LeafletMap } from 'leaflet'
import { onBeforeUnmount, onMounted, ref, watch, type Ref, type ShallowRef } from 'vue'
import { painted } from '../ui/theme.ts'
import type { Desk } from '../desk/useDesk.ts'
import { facadesOf, type Facade } from './facade-layout.ts'
import { readGround } from './ground.ts'
import { createHouseMarkers, type MarkerTexts } from './house-markers.ts'
import { housesOf } from './houses.ts'
import type { Level } from './paint-facades.ts'
import { TownLayer } from './town-layer.ts'

type Town = {
  desk: Desk
  place: Readonly<ShallowRef<HTMLElement | null>>
  texts: () => MarkerTexts
  open: (buildingId: number) => void
}

/** The map of a desk: what changes in the desk is painted within the next frame. */
export function useTownMap({ desk, place, texts, open }: Town): {
  level: Ref<Level>
  zoom: (by: number) => void
  showAll: () => void
  focusHouse: (id: number) => void
} {
  const level = ref<Level>('windows')
  let map: LeafletMap | undefined
  let markers: ReturnType<typeof createHouseMarkers> | undefined
  const town = new TownLayer()
  let facades: Facade[] = []

  onMounted(() => {
    const { value: container } = place
    if (!container) return
    map = createMap(container, {
      zoomControl: false,
      attributionControl: false,
      zoomSnap: 0.25,
      zoomDelta: 0.5,
      minZoom: 11,
      maxZoom: 20,
      keyboard: true,
    })
    markers = createHouseMarkers(map, open)
    // Before a view is set, Leaflet can place nothing.
    map.setView([31.2, 121.5], 16)
    town.addTo(map)
    map.on('zoomend moveend', showMarkers)
    showCommunity()
    const size = new ResizeObserver(() => map?.invalidateSize({ pan: false }))
    size.observe(container)
    onCleanup = () => size.disconnect()
  })
  let onCleanup = (): void => undefined
  onBeforeUnmount(() => {
    onCleanup()
    map?.remove()
  })

  function showCommunity(): void {
    const view = desk.view.value
    if (!view || !map) return
    town.setGround(readGround(view.baseMap), view.community.name)
    showHomes()
    showAll()
  }

  function showHomes(): void {
    const view = desk.view.value
    if (!view) return
    facades = facadesOf(view.buildings, desk.tiles.value.values())
    town.setFacades(facades)
    showMarkers()
  }

  function showMarkers(): void {
    if (!map) return
    level.value = town.level
    place.value?.style.setProperty('--u', `${town.windowPx}px`)
    markers?.show(housesOf(facades, desk.incidents.value.values()), texts())
  }

  function showAll(): void {
    const bounds = boundsOf(desk)
    if (!bounds || !map) return
    const { x, y } = map.getSize()
    // Room for half a house, its name and whoever is on the way to it.
    map.fitBounds(bounds, {
      padding: [Math.min(150, x * 0.13), Math.min(108, y * 0.14)],
      maxZoom: 19,
      animate: false,
    })
  }

  watch(desk.view, showCommunity)
  watch([desk.tiles, desk.incidents], showHomes)
  watch(texts, showMarkers)
  watch(painted, () => town.recolor(), { flush: 'post' })

  return {
    level,
    zoom: (by) => void map?.setZoom(map.getZoom() + by),
    showAll,
    focusHouse: (id) => markers?.focus(id),
  }
}

function boundsOf({ view }: Desk): LatLngBounds | undefined {
  const { buildings = [], community } = view.value ?? {}
  if (buildings.length > 0) return latLngBounds(buildings.map(({ lat, lng }) => [lat, lng]))
  const centre = community?.center
  return centre ? latLngBounds([[centre.lat, centre.lng]]) : undefined
}
