/* Maps: places over the outlines of states and counties, without tiles from anywhere (FL-03).

   <div class="ui-map" data-map="SELECTOR" data-outlines="URL of counties-10m.json"
        data-state="California" aria-label="…" hidden></div>

   data-map        the elements that are places: each has data-latitude, data-longitude, data-label,
                   and optionally data-kind ("storefront": pink and square, otherwise blue and
                   round), data-mark (what stands on the pin, e.g. its number in the list) and
                   data-href (where its name leads). The list says the same, and stays.
   data-state      the state whose counties are drawn; every state has its outline
   data-origin     "latitude,longitude" of where one searched, a small cross
   data-pick       "LATITUDE LONGITUDE": ids of two inputs; one pin to be dragged, or moved by the
                   arrow keys (with Shift farther), writes them. data-start: where it is put while
                   the inputs are empty. An element with data-map-reset puts it back there.
   data-pick-says  id of a live region that says where the pin is

   Fires "map:ready" on the element once places are drawn. */
(function () {
  "use strict";

  const L = window.L;
  const STEP = 0.0005;
  const FAR = 10;
  const CLOSEST = 16;
  /* Nearer at first, no outline would be in sight to tell where one is. */
  const FIRST = 9;
  const PIN = { width: 34, height: 40 };
  /* Spots a pin tries when its own is taken: the nearest first, two pins away at most. */
  const SPOTS = [-2, -1, 0, 1, 2]
    .flatMap(function (down) {
      return [-2, -1, 0, 1, 2].map(function (right) {
        return { x: right * PIN.width, y: down * PIN.height };
      });
    })
    .sort(function (one, other) { return Math.hypot(one.x, one.y) - Math.hypot(other.x, other.y) || one.y - other.y || other.x - one.x; });
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* --- Outlines: TopoJSON has every border once, as steps of whole numbers. */

  function line(topology, index) {
    const scale = topology.transform.scale;
    const translate = topology.transform.translate;
    let x = 0;
    let y = 0;
    return topology.arcs[index].map(function (step) {
      x += step[0];
      y += step[1];
      return [y * scale[1] + translate[1], x * scale[0] + translate[0]];
    });
  }

  function borders(geometries) {
    const found = new Set();
    (function walk(arcs) {
      arcs.forEach(function (arc) {
        if (Array.isArray(arc)) { walk(arc); } else { found.add(arc < 0 ? ~arc : arc); }
      });
    })(geometries.map(function (geometry) { return geometry.arcs || []; }));
    return Array.from(found);
  }

  function outline(map, topology, state) {
    const states = topology.objects.states.geometries;
    const own = states.find(function (one) { return one.properties.name === state; });
    const counties = !own ? [] : topology.objects.counties.geometries.filter(function (county) {
      return county.id.startsWith(own.id);
    });
    const draw = function (geometries, name) {
      const lines = borders(geometries).map(function (index) { return line(topology, index); });
      L.polyline(lines, { className: name, interactive: false, smoothFactor: 1.5 }).addTo(map);
    };
    draw(counties, "ui-map__county");
    draw(states, "ui-map__state");
    if (!own) { return null; }
    return L.latLngBounds(borders([own]).flatMap(function (index) { return line(topology, index); }));
  }

  /* --- Pins: colour, shape and word say what a place is. */

  function pin(kind, mark) {
    const shape = kind === "storefront"
      ? '<path d="M4 2h24a2 2 0 0 1 2 2v22a2 2 0 0 1-2 2h-7l-5 9-5-9H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z"/>'
      : '<path d="M16 2a13.5 13.5 0 0 1 13.5 13.5c0 8-8 12.5-13.5 21.5C10.5 28 2.5 23.5 2.5 15.5A13.5 13.5 0 0 1 16 2z"/>';
    const text = document.createElement("span");
    text.textContent = mark;
    return L.divIcon({
      className: "ui-pin ui-pin--" + (kind === "storefront" ? "storefront" : "other"),
      html: '<svg viewBox="0 0 32 39" aria-hidden="true" focusable="false">' + shape + "</svg>" + text.outerHTML,
      iconSize: [32, 39],
      iconAnchor: [16, 38],
      popupAnchor: [0, -34],
    });
  }

  function point(element) {
    const latitude = Number(element.dataset.latitude);
    const longitude = Number(element.dataset.longitude);
    const given = element.dataset.latitude && element.dataset.longitude;
    return given && Number.isFinite(latitude) && Number.isFinite(longitude) ? [latitude, longitude] : null;
  }

  function name(marker, label) {
    const element = marker.getElement();
    if (element) { element.setAttribute("aria-label", label); }
  }

  function popup(element) {
    const box = document.createElement("div");
    const head = document.createElement(element.dataset.href ? "a" : "strong");
    head.textContent = element.dataset.label;
    if (element.dataset.href) { head.href = element.dataset.href; }
    box.append(head);
    if (element.dataset.about) {
      const about = document.createElement("p");
      about.textContent = element.dataset.about;
      box.append(about);
    }
    return box;
  }

  function place(map, element) {
    const at = point(element);
    if (!at) { return null; }
    const kind = element.dataset.kind;
    const marker = L.marker(at, {
      icon: pin(kind, element.dataset.mark || ""),
      keyboard: true,
      riseOnHover: true,
      zIndexOffset: kind === "storefront" ? 1000 : 0,
    }).addTo(map);
    const box = popup(element);
    box.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { map.closePopup(); }
    });
    marker.bindPopup(box);
    marker.on("popupopen", function (event) {
      const link = event.popup.getContent().querySelector("a");
      if (link) { link.focus({ preventScroll: true }); }
    });
    marker.on("popupclose", function () {
      if (document.activeElement === document.body) { marker.getElement().focus({ preventScroll: true }); }
    });
    name(marker, [element.dataset.mark, element.dataset.label, element.dataset.about].filter(Boolean).join(", "));
    return marker;
  }

  /* Places of one ZIP code often lie on one point: later pins of the list step aside, tied to where
     they belong by a line, so that each is seen and can be pressed. */
  function makeRoom(map, markers, lines) {
    const taken = [];
    lines.clearLayers();
    markers.forEach(function (marker) {
      const own = map.latLngToLayerPoint(marker.getLatLng());
      const spot = SPOTS.find(function (by) {
        return !taken.some(function (other) {
          return Math.abs(own.x + by.x - other.x) < PIN.width && Math.abs(own.y + by.y - other.y) < PIN.height;
        });
      }) || SPOTS[0];
      const put = L.point(own.x + spot.x, own.y + spot.y);
      const icon = marker.options.icon.options;
      taken.push(put);
      icon.popupAnchor = [spot.x, spot.y - 34];
      marker.getElement().style.marginLeft = spot.x - icon.iconAnchor[0] + "px";
      marker.getElement().style.marginTop = spot.y - icon.iconAnchor[1] + "px";
      if (spot.x || spot.y) {
        L.polyline([marker.getLatLng(), map.layerPointToLatLng(put)], { className: "ui-map__tie", interactive: false }).addTo(lines);
      }
    });
  }

  /* --- Choosing a place: the inputs are the record, the pin only shows and writes them. */

  function picker(map, box) {
    const inputs = box.dataset.pick.split(" ").map(function (id) { return document.getElementById(id); });
    if (inputs.some(function (input) { return !input; })) { return null; }
    const start = (box.dataset.start || "").split(",").map(Number);
    const typed = inputs.map(function (input) { return Number(input.value); });
    const at = inputs.every(function (input) { return input.value; }) ? typed : start;
    if (!at.every(Number.isFinite) || at.length !== 2) { return null; }
    const says = document.getElementById(box.dataset.pickSays);
    const marker = L.marker(at, { icon: pin("storefront", ""), draggable: true, keyboard: true, autoPan: true }).addTo(map);
    name(marker, box.getAttribute("aria-label") || "");

    function write() {
      const chosen = marker.getLatLng();
      [chosen.lat, chosen.lng].forEach(function (value, index) {
        inputs[index].value = value.toFixed(5);
        inputs[index].dispatchEvent(new Event("change", { bubbles: true }));
      });
      if (says) { says.textContent = chosen.lat.toFixed(5) + ", " + chosen.lng.toFixed(5); }
    }

    marker.on("dragend", write);
    marker.getElement().addEventListener("keydown", function (event) {
      const move = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move) { return; }
      event.preventDefault();
      event.stopPropagation();
      const by = STEP * (event.shiftKey ? FAR : 1);
      const from = marker.getLatLng();
      marker.setLatLng([from.lat + move[0] * by, from.lng + move[1] * by]);
      map.panInside(marker.getLatLng(), { padding: [40, 40] });
      write();
    });
    document.querySelectorAll("[data-map-reset]").forEach(function (button) {
      button.addEventListener("click", function () {
        if (!start.every(Number.isFinite)) { return; }
        marker.setLatLng(start);
        map.setView(start, FIRST);
        write();
      });
    });
    return at;
  }

  function show(map, points, all) {
    if (points.length === 1) {
      map.setView(points[0], FIRST, { animate: false });
    } else if (points.length) {
      map.fitBounds(points, { padding: [32, 32], maxZoom: FIRST, animate: false });
    } else if (all) {
      map.fitBounds(all, { animate: false });
    }
  }

  function begin(box) {
    box.hidden = false;
    const map = L.map(box, {
      attributionControl: false,
      maxZoom: CLOSEST,
      minZoom: 4,
      scrollWheelZoom: false,
      zoomAnimation: !still,
      fadeAnimation: false,
      markerZoomAnimation: !still,
      preferCanvas: false,
    });
    map.setView([37.5, -96], 4, { animate: false });
    L.control.scale({ metric: false }).addTo(map);
    const markers = Array.from(box.dataset.map ? document.querySelectorAll(box.dataset.map) : [])
      .map(function (element) { return place(map, element); })
      .filter(Boolean);
    const points = markers.map(function (marker) { return marker.getLatLng(); });
    if (box.dataset.origin) {
      const origin = box.dataset.origin.split(",").map(Number);
      L.circleMarker(origin, { className: "ui-map__origin", radius: 6, interactive: false }).addTo(map);
      points.push(origin);
    }
    const picked = box.dataset.pick ? picker(map, box) : null;
    if (picked) { points.push(picked); }
    show(map, points, null);
    const lines = L.layerGroup().addTo(map);
    makeRoom(map, markers, lines);
    map.on("zoomend", function () { makeRoom(map, markers, lines); });
    box.dispatchEvent(new CustomEvent("map:ready", { bubbles: true }));
    window.fetch(box.dataset.outlines, { credentials: "omit" })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(new Error(answer.status)); })
      .then(function (topology) {
        const all = outline(map, topology, box.dataset.state);
        if (!points.length) { show(map, points, all); }
        box.dataset.outlined = "";
      })
      .catch(function () { /* The pins stand without the outlines. */ });
  }

  if (L) { document.querySelectorAll(".ui-map[data-outlines]").forEach(begin); }
})();
