import { useEffect } from 'react';

/** Two soft tones every three seconds while something waits to be taken; a terminal without sound stays silent. */
export function useTakeChime() {
  useEffect(() => {
    const audio = new AudioContext();
    const ring = () => {
      tone(audio, 880, 0);
      tone(audio, 1175, 0.22);
    };
    ring();
    const timer = setInterval(ring, 3000);
    return () => {
      clearInterval(timer);
      void audio.close();
    };
  }, []);
}

/** @param frequency hertz @param after seconds from now */
function tone(audio: AudioContext, frequency: number, after: number) {
  const start = audio.currentTime + after;
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.4);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.45);
}
