// @ts-nocheck: put there by the preload script
requestAnimationFrame(() => requestAnimationFrame(() => window.bare.painted()));
