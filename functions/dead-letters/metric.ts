/**
 * Counts dead letters for alarms: metrics of the namespace `Ahorro` by the dimensions `topic` and `consumer_group`, in CloudWatch's
 * embedded metric format. `DeadLetters` are set aside at that moment; `DeadLettersWaiting` are there, looked at once a day.
 */
export const deadLetterMetric = (name: "DeadLetters" | "DeadLettersWaiting") => {
  const { Metrics }: typeof import("@aws-lambda-powertools/metrics") = require("@aws-lambda-powertools/metrics");
  const metrics = new Metrics({ namespace: "Ahorro" });
  // No dimension `service`: an alarm has to name all dimensions of what it watches.
  metrics.clearDefaultDimensions();
  return (topic: string, group: string, count: number, more: Record<string, string> = {}): void => {
    // A dimension may not be empty; what people have put there by hand has no group.
    metrics.addDimensions({ topic, consumer_group: group || "unknown" }).addMetric(name, "Count", count);
    for (const [key, value] of Object.entries(more)) metrics.addMetadata(key, value);
    metrics.publishStoredMetrics();
  };
};
