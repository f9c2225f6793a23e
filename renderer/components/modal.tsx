import { type ReactNode, useEffect, useId, useRef } from 'react';

interface ModalProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly actions: ReactNode;
  /** Name of the dialog for whoever drives the screen from outside (`data-dialog`). */
  readonly name: string;
  /** A touch beside the box. */
  readonly onBeside?: () => void;
}

/** A question laid over the view: the browser's modal dialog keeps the focus in and the view behind it inert. */
export function Modal({ title, children, actions, name, onBeside }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The answer that changes nothing is the one a nervous press should meet.
    element?.querySelector<HTMLElement>('.action-primary')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="modal"
      data-dialog={name}
      aria-labelledby={titleId}
      onCancel={(event) => event.preventDefault()}
      onPointerUp={(event) => {
        if (event.target === event.currentTarget) onBeside?.();
      }}
    >
      <div className="modal-box">
        <h2 id={titleId} className="modal-title">
          {title}
        </h2>
        <div className="modal-words">{children}</div>
        <div className="modal-actions">{actions}</div>
      </div>
    </dialog>
  );
}
