import { SUPERSTORE_COLUMNS } from "@doorbell/upload-ingest/order-file/csv/superstore-layout";

const header = Object.keys(SUPERSTORE_COLUMNS)
  .map((name) => `"${name}"`)
  .join(",");

/** One line of the superstore layout; `fields` replaces what a case is about. */
function line(fields: {
  id: string;
  orderedOn?: string;
  amount?: string;
  quantity?: string;
  customer?: string;
}): string {
  const { id, orderedOn = "2016-11-08", amount = "12.5000", quantity = "2", customer = "DM-00001" } = fields;
  return `1,"${id}",${orderedOn},2016-11-11,"Second Class","${customer}","Example Customer","Consumer","United States","Henderson","Kentucky",42420,"South","FUR-BO-10001798","Furniture","Bookcases","Example Bookcase",${amount},${quantity},0,1.25`;
}

/** A small file of mistakes between two good orders, and the line numbers that must come back refused. */
export const badFile = {
  text: [
    header,
    line({ id: "DEMO-GOOD-1" }),
    line({ id: "DEMO-BAD-1", amount: "12.34567" }), // line 3: five decimals
    line({ id: "DEMO-BAD-2", quantity: "0" }), // line 4: a quantity of zero
    line({ id: "DEMO-BAD-3", orderedOn: "2016-02-30" }), // line 5: no such day
    line({ id: "DEMO-BAD-4", customer: "DM-00001" }), // line 6: fine by itself,
    line({ id: "DEMO-BAD-4", customer: "DM-00002" }), // line 7: but of another customer
    "1,DEMO-BAD-5,2016-11-08", // line 8: fields are missing
    line({ id: "DEMO-GOOD-2", amount: "0.0001" }),
    "",
  ].join("\r\n"),
  goodOrders: ["DEMO-GOOD-1", "DEMO-GOOD-2"],
  refusedLines: [3, 4, 5, 6, 7, 8],
} as const;
