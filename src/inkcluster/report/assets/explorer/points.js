/* Many points on a canvas: by a raster of our own, or by WebGL2 where a graphics card has very many to draw.

A painter is made for the places x, y (Uint16Array). `paint(tones, order)` gives each point the number of a
colour, and the order in which the points are drawn; `draw(view)` draws them, where a view has `left`, `top`
and `scale` (pixels of the canvas a unit), the points' `radius` in such pixels, and `colours`, three bytes each.
WebGL that the processor has to draw is many times slower than the raster (docs/decisions/report.md). */
ink.points = (() => {
  const MOST = 80;  // colours
  const MANY = 200000;  // more points are for the graphics card, and have no smooth edges

  const VERTEX = `#version 300 es
    in vec2 place; in float tone; uniform vec4 view; uniform vec2 size; uniform vec3 colours[${MOST}];
    flat out vec3 colour;
    void main() {
      vec2 at = (place - view.xy) * view.z / size * 2.0 - 1.0;
      gl_Position = vec4(at.x, -at.y, 0, 1); gl_PointSize = view.w * 2.0; colour = colours[int(tone)];
    }`;
  const FRAGMENT = `#version 300 es
    precision mediump float; flat in vec3 colour; uniform float radius; out vec4 shown;
    void main() {
      if (radius > 1.0 && length(gl_PointCoord * 2.0 - 1.0) > 1.0) discard;
      shown = vec4(colour, 1);
    }`;

  const compiled = (gl) => {
    const program = gl.createProgram();
    for (const [type, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(type);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
  };

  // A painter by WebGL2, or null; `again` is called when a lost context is back.
  const card = (canvas, x, y, again) => {
    const gl = canvas.getContext("webgl2", { antialias: false });
    if (!gl) return null;
    let [program, painted, at] = [null, null, {}];
    const attribute = (name, data, count, type) => {
      const place = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, count, type, false, 0, 0);
    };
    const start = () => {
      program = compiled(gl);
      if (!program) return false;
      gl.useProgram(program);
      const places = new Uint16Array(2 * x.length);
      for (let i = 0; i < x.length; i++) { places[2 * i] = x[i]; places[2 * i + 1] = y[i]; }
      attribute("place", places, 2, gl.UNSIGNED_SHORT);
      attribute("tone", new Uint8Array(x.length), 1, gl.UNSIGNED_BYTE);  // bound from here on
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
      at = Object.fromEntries(["view", "size", "colours", "radius"].map((n) => [n, gl.getUniformLocation(program, n)]));
      return true;
    };
    const paint = (tones, order) => {
      painted = [tones, order];
      gl.bufferData(gl.ARRAY_BUFFER, tones, gl.DYNAMIC_DRAW);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.DYNAMIC_DRAW);
    };
    const draw = ({ left, top, scale, radius, colours }) => {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform4f(at.view, left, top, scale, radius);
      gl.uniform2f(at.size, canvas.width, canvas.height);
      gl.uniform1f(at.radius, radius);
      gl.uniform3fv(at.colours, Float32Array.from(colours.flat(), (v) => v / 255));
      if (painted) gl.drawElements(gl.POINTS, painted[1].length, gl.UNSIGNED_INT, 0);
    };
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      start();
      if (painted) paint(...painted);
      again();
    });
    return start() ? { kind: "webgl2", paint, draw } : null;
  };

  // A painter by a raster: each point sets the pixels of a small disc.
  const raster = (canvas, x, y) => {
    const context = canvas.getContext("2d");
    let [tones, order, held, pixels] = [null, [], null, null];
    const isRough = x.length > MANY;
    const disc = (radius, across) => {
      const [whole, edge, reach] = [[], [], Math.ceil(radius)];
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          const cover = radius + 0.5 - Math.hypot(dx, dy);
          if (cover >= (isRough ? 0.5 : 0.75) || (!dx && !dy)) whole.push(dy * across + dx);
          else if (cover > 0.15 && !isRough) edge.push([dy * across + dx, Math.round(cover * 255)]);
        }
      }
      return { reach, whole: Int32Array.from(whole), edge };
    };
    const paint = (newTones, newOrder) => { [tones, order] = [newTones, newOrder]; };
    const draw = ({ left, top, scale, radius, colours }) => {
      const pad = Math.ceil(radius) + 1;
      const [across, down] = [canvas.width + 2 * pad, canvas.height + 2 * pad];
      if (held?.width !== across || held.height !== down) {
        held = context.createImageData(across, down);
        pixels = new Uint32Array(held.data.buffer);
      } else pixels.fill(0);
      const { reach, whole, edge } = disc(radius, across);
      const packed = Uint32Array.from(colours, ([r, g, b]) => (255 << 24 | b << 16 | g << 8 | r) >>> 0);
      const [right, bottom] = [across - reach, down - reach];
      const count = whole.length;
      for (let i = 0; i < order.length; i++) {
        const row = order[i];
        const h = Math.floor((x[row] - left) * scale) + pad;
        const v = Math.floor((y[row] - top) * scale) + pad;
        if (h < reach || v < reach || h >= right || v >= bottom) continue;
        const [centre, colour] = [v * across + h, packed[tones[row]]];
        for (let j = 0; j < count; j++) pixels[centre + whole[j]] = colour;
        for (const [by, cover] of edge) {
          if (!pixels[centre + by]) pixels[centre + by] = ((colour & 0xffffff) | cover << 24) >>> 0;
        }
      }
      context.putImageData(held, -pad, -pad);
    };
    return { kind: "raster", paint, draw };
  };

  // Whether WebGL2 is there and a graphics card draws it.
  const isCard = () => {
    const gl = document.createElement("canvas").getContext("webgl2");
    const named = gl?.getExtension("WEBGL_debug_renderer_info");
    const renderer = gl?.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
    return Boolean(gl) && !/swiftshader|llvmpipe|software|basic render/i.test(renderer);
  };
  const make = (canvas, x, y, again) => {
    if (x.length > MANY && isCard()) {
      const found = card(canvas, x, y, again);
      if (found) return { ...found, canvas };
      const fresh = canvas.cloneNode();  // a canvas that WebGL has taken gives no other context
      canvas.replaceWith(fresh);
      canvas = fresh;
    }
    return { ...raster(canvas, x, y), canvas };
  };
  return { make };
})();
