import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";
import { Failure } from "../design/parts";

interface State {
  error: unknown;
}

class ErrorBoundary extends Component<{ children: ReactNode; onRetry: () => void }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    const retry = () => {
      this.props.onRetry();
      this.setState({ error: undefined });
    };
    return (
      <div className="whole-failure">
        <Failure error={this.state.error} retry={retry} />
      </div>
    );
  }
}

/** Catches what a screen throws, and offers to try again. */
export function Boundary({ children }: { children: ReactNode }) {
  const { reset } = useQueryErrorResetBoundary();
  return <ErrorBoundary onRetry={reset}>{children}</ErrorBoundary>;
}
