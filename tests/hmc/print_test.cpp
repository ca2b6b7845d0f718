// The quoting rules of hmc.md 0.4 on rows of our own; captured rows are in captures_test.cpp.
#include "hmc/cli/print.hpp"

#include <gtest/gtest.h>

namespace lparsim::hmc {
namespace {

Value list(std::vector<std::string> items) { return {std::move(items), true}; }

Record sample() {
  return {{{"name", Value::text("web 1")},
           {"empty", Value::text("")},
           {"codes", Value::text("59B4,EC5J")},
           {"one", list({"2/server/5"})},
           {"two", list({"2/server/5", "3/server/6"})},
           {"nested", list({"2/1/1/3,4/0", "5/0/1"})}},
          {{"uuid", Value::text("08A6")}}};
}

TEST(DefaultRow, QuotesPairsWithCommas) {
  EXPECT_EQ(default_row(sample()),
            "name=web 1,empty=,\"codes=59B4,EC5J\",one=2/server/5,"
            "\"two=2/server/5,3/server/6\",\"nested=\"\"2/1/1/3,4/0\"\",5/0/1\"");
}

TEST(FieldRow, PrintsValuesInTheAskedOrder) {
  EXPECT_EQ(field_row(sample(), {"codes", "name", "uuid", "nothing", "empty"}),
            "\"59B4,EC5J\",web 1,08A6,null,");
  EXPECT_EQ(field_row(sample(), {"one", "two"}), "2/server/5,\"2/server/5,3/server/6\"");
}

TEST(FieldRow, QuotesWhatItsSeparatorWouldSplit) {
  const Record row = sample();
  EXPECT_EQ(field_row(row, {"name", "uuid"}, FieldStyle::colon), "web 1:08A6");
  EXPECT_EQ(field_row(row, {"name", "uuid"}, FieldStyle::blank), "\"web 1\" 08A6");
  EXPECT_EQ(header_row({"name", "uuid"}, FieldStyle::blank), "name uuid");
}

TEST(Print, ListsThatAreAlwaysQuotedAreSoWithOneItemAndNotEmpty) {
  Record record;
  record.attributes = {{"slot_num", Value::text("2")}, {"wwpns", list({"c05076"})}};
  record.attributes[1].value.quoted = true;
  EXPECT_EQ(default_row(record), "slot_num=2,\"wwpns=c05076\"");
  record.attributes[1].value.items = {""};
  EXPECT_EQ(default_row(record), "slot_num=2,wwpns=");
}

}  // namespace
}  // namespace lparsim::hmc
