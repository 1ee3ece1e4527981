/** A schedule expression that EventBridge would not accept. */
export class InvalidSchedule extends Error {
  readonly code = "INVALID_SCHEDULE";
  readonly expression: string;
  constructor(expression: string, reason: string) {
    super(`Parameter ScheduleExpression is not valid: ${expression}: ${reason}`);
    this.name = "InvalidSchedule";
    this.expression = expression;
  }
}
