/** What stands inside `anything-but` instead of values. */
export type NegatedOperator = "prefix" | "suffix" | "equals-ignore-case" | "wildcard";

export type Operator = "exists" | "anything-but" | "numeric" | "cidr" | NegatedOperator;

/**
 * How one service's patterns differ from the others'. All three are AWS's open source Event Ruler, so a pattern means the same
 * everywhere; what is accepted differs:
 *
 * | | EventBridge rule | SNS filter policy | Lambda mapping |
 * |---|---|---|---|
 * | compared with | the whole event | message attributes, or the body as JSON | the record; SQS: `body` as JSON or as text |
 * | values: strings, numbers, `true`, `false`, `null`, `""` | yes | yes | yes |
 * | `exists`, `numeric`, `prefix`, `suffix`, `equals-ignore-case`, `$or` | yes | yes | yes |
 * | `prefix` and `suffix` of `{"equals-ignore-case": …}` | yes | no | no |
 * | `anything-but` of values | yes | yes | yes |
 * | `anything-but` of `prefix` | yes | yes | no |
 * | `anything-but` of `suffix`, `equals-ignore-case`, `wildcard` | yes | no (recorded) | no |
 * | `wildcard` | yes | yes (undocumented) | no |
 * | `cidr` | yes | yes | no |
 * | numbers of `numeric` | ±5 × 10⁹ | ±10⁹ | any |
 * | size | 2,048 characters | 256 KB | 4,096 characters |
 * | also limited | – | 5 keys, 150 combinations of values | 5 patterns a mapping |
 * | nested patterns | yes | on the body only | yes |
 * | `{}` | refused | no filter | refused |
 *
 * Everywhere, at most 1,000 combinations of `$or`. Not checked: how many wildcards a pattern may have. EventBridge and SNS refuse
 * patterns "too complex" by a measure that AWS does not publish.
 *
 * AWS: eventbridge `eb-create-pattern-operators`, `eb-event-patterns`, `eb-quota`; sns `sns-subscription-filter-policies`,
 * `string-value-matching`, `numeric-value-matching`, `and-or-logic`, `subscription-filter-policy-constraints`; lambda
 * `invocation-eventfiltering`, `with-sqs-filtering`, `API_Filter`.
 */
export interface PatternDialect {
  readonly operators: ReadonlySet<Operator>;
  readonly negated: ReadonlySet<NegatedOperator>;
  /** `{"prefix": {"equals-ignore-case": …}}`, and the same with `suffix`. */
  readonly ignoreCaseAtEnds: boolean;
  /** Largest absolute value that `numeric` compares with. */
  readonly largestNumber: number;
  readonly maximumLength: number;
}

const COMMON = ["exists", "anything-but", "numeric", "prefix", "suffix", "equals-ignore-case"] as const;

export const EVENT_BRIDGE_PATTERNS: PatternDialect = {
  operators: new Set<Operator>([...COMMON, "wildcard", "cidr"]),
  negated: new Set<NegatedOperator>(["prefix", "suffix", "equals-ignore-case", "wildcard"]),
  ignoreCaseAtEnds: true,
  largestNumber: 5_000_000_000,
  maximumLength: 2_048,
};

export const SNS_FILTER_POLICIES: PatternDialect = {
  operators: new Set<Operator>([...COMMON, "wildcard", "cidr"]),
  negated: new Set<NegatedOperator>(["prefix"]),
  ignoreCaseAtEnds: false,
  largestNumber: 1_000_000_000,
  maximumLength: 262_144,
};

export const MAPPING_FILTERS: PatternDialect = {
  operators: new Set<Operator>(COMMON),
  negated: new Set<NegatedOperator>(),
  ignoreCaseAtEnds: false,
  largestNumber: Number.MAX_VALUE,
  maximumLength: 4_096,
};
