interface Order {
  readonly report: string;
}

export const nightly = async ({ report }: Order) => console.log(`nightly report on ${report}`);

export const weekdays = async ({ report }: Order) => console.log(`report on ${report} for the day`);
