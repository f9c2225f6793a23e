import { Fragment } from 'react';
import { useNow, useSurroundings } from '../applicant/surroundings.ts';
import { formatDay, formatTime } from '../i18n/format.ts';

/** The hall's name as its standard prescribes it: black on yellow, Chinese serif above, English sans below. */
export function HallSign() {
  const { screenful } = useSurroundings();
  const now = useNow(1000);
  return (
    <header className="hall-sign">
      <div className="hall-name">
        <p className="hall-name-zh" lang="zh">
          {screenful.hall.nameZh}
        </p>
        <p className="hall-name-en" lang="en">
          {screenful.hall.nameEn.split(/(?<=,)/).map((part) => (
            // The prescribed name has no space after its comma; this is where it may break.
            <Fragment key={part}>
              {part}
              <wbr />
            </Fragment>
          ))}
        </p>
      </div>
      <div className="hall-clock">
        <time className="hall-time">{formatTime(now)}</time>
        <span className="hall-day">{formatDay(screenful.preferences.language, now)}</span>
      </div>
    </header>
  );
}
