requestAnimationFrame(() => requestAnimationFrame(() => window.bare.painted()));
