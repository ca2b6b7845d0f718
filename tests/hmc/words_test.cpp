// Words, options, -F and --filter, each on its own.
#include <gtest/gtest.h>

#include "hmc/cli/fields.hpp"
#include "hmc/cli/filter.hpp"
#include "hmc/cli/options.hpp"
#include "hmc/cli/words.hpp"

namespace lparsim::hmc {
namespace {

using Words = std::vector<std::string>;

struct SplitCase {
  std::string line;
  Words words;
};

class Split : public ::testing::TestWithParam<SplitCase> {};

TEST_P(Split, MakesTheWordsOfAShell) {
  const auto words = split_words(GetParam().line);
  ASSERT_TRUE(words.has_value()) << words.error();
  EXPECT_EQ(*words, GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(Lines, Split, ::testing::Values(
    SplitCase{"", {}}, SplitCase{"  \t ", {}}, SplitCase{"# nothing", {}},
    SplitCase{"lssyscfg -r  sys", {"lssyscfg", "-r", "sys"}},
    SplitCase{"LC_ALL=en_US lshwres -r mem", {"lshwres", "-r", "mem"}},
    SplitCase{"A=1 B='x y' cmd", {"cmd"}},
    SplitCase{"A=1=2 cmd x=y", {"cmd", "x=y"}},
    SplitCase{"2A=1", {"2A=1"}},
    SplitCase{"c \"managed system name\" 'a|b' ''", {"c", "managed system name", "a|b", ""}},
    SplitCase{R"(c --filter "lpar_ids=2,\"profile_names=a,b\"")",
              {"c", "--filter", R"(lpar_ids=2,"profile_names=a,b")"}},
    SplitCase{R"(c a\ b "x\y" pre'fix'ed)", {"c", "a b", R"(x\y)", "prefixed"}}));

TEST(SplitWords, RefusesWhatOnlyAShellCanDo) {
  for (const std::string token : {"|", ";", "&", "<", ">", "`", "$", "("}) {
    const auto words = split_words("lssyscfg -r sys " + token + " x");
    ASSERT_FALSE(words.has_value()) << token;
    EXPECT_EQ(words.error(), "lparsim: the shell of the HMC is not modelled: " + token +
                                 " cannot be used in a command line");
  }
  EXPECT_FALSE(split_words("c \"$HOME\"").has_value());
  EXPECT_TRUE(split_words("c '$HOME'").has_value());
}

TEST(SplitWords, NoticesAnOpenQuote) {
  for (const std::string line : {"c 'a", "c \"a", "c \"a\\\""}) {
    EXPECT_FALSE(split_words(line).has_value()) << line;
  }
}

constexpr OptionSpec kTable[] = {
    {"-m", Arity::value, "", ""},      {"-r", Arity::value, "", ""},
    {"-q", Arity::value, "mem", ""},   {"--quantity", Arity::value, "mem", "-q"},
    {"--force", Arity::flag, "", ""},  {"-F", Arity::words, "", ""},
};

TEST(ParseOptions, TakesValuesFlagsAndWords) {
  const Words words = {"c", "-F", "a", "b", "--force", "-m", "sys", "--quantity", "256"};
  const auto options = parse_options(words, kTable);
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->words("-F"), (Words{"a", "b"}));
  EXPECT_TRUE(options->has("--force"));
  EXPECT_EQ(options->value("-m"), "sys");
  EXPECT_EQ(options->value("-q"), "256");
  EXPECT_FALSE(options->has("-r"));
}

TEST(ParseOptions, NamesEveryWrongParameter) {
  const auto unknown = parse_options(Words{"c", "--gid", "-m", "s", "all"}, kTable);
  EXPECT_EQ(unknown.error(), "An invalid parameter was entered.  The parameters --gid,all are not "
                             "valid.  Please check your entry and retry the command.");
  const auto lacking = parse_options(Words{"c", "-m", "-r"}, kTable);
  EXPECT_EQ(lacking.error(),
            "The command entered is either missing a required parameter or a parameter value is "
            "invalid. The parameters that are missing or have an invalid value are -m,-r. Please "
            "check your entry and retry the command.");
  EXPECT_FALSE(parse_options(Words{"c", "-m", "a", "-m", "b"}, kTable).has_value());
}

TEST(CheckResource, RefusesOptionsOfOtherResources) {
  const auto good = parse_options(Words{"c", "-r", "mem", "-q", "1"}, kTable);
  const auto bad = parse_options(Words{"c", "-r", "proc", "-q", "1"}, kTable);
  EXPECT_TRUE(check_resource(*good, kTable).has_value());
  EXPECT_FALSE(check_resource(*bad, kTable).has_value());
}

struct FilterCase {
  std::string text;
  std::vector<Filter> filters;
};

class ParseFilter : public ::testing::TestWithParam<FilterCase> {};

TEST_P(ParseFilter, ReadsNamesAndValues) {
  const auto filters = parse_filter(GetParam().text);
  ASSERT_TRUE(filters.has_value()) << filters.error();
  EXPECT_EQ(*filters, GetParam().filters);
}

INSTANTIATE_TEST_SUITE_P(Filters, ParseFilter, ::testing::Values(
    FilterCase{"lpar_names=a", {{"lpar_names", {"a"}}}},
    FilterCase{"lpar_names=a,b", {{"lpar_names", {"a", "b"}}}},
    FilterCase{"lpar_names= x", {{"lpar_names", {"x"}}}},
    FilterCase{R"("lpar_names=a,b")", {{"lpar_names", {"a", "b"}}}},
    FilterCase{R"(lpar_ids=2,"profile_names=p,q")",
               {{"lpar_ids", {"2"}}, {"profile_names", {"p", "q"}}}},
    FilterCase{"lpar_names=a,profile_names=p",
               {{"lpar_names", {"a"}}, {"profile_names", {"p"}}}}));

TEST(ParseFilter, NeedsAName) {
  EXPECT_FALSE(parse_filter("alpha").has_value());
  EXPECT_FALSE(parse_filter("").has_value());
}

TEST(ChooseFields, FollowsTheSeparatorOfTheNames) {
  const std::vector<std::string> all = {"name", "state", "os"};
  const auto choose = [&](Words words) {
    words.insert(words.begin(), {"c", "-F"});
    return choose_fields(*parse_options(words, kTable), all, all);
  };
  EXPECT_EQ(choose({"state,name"})->names, (Words{"state", "name"}));
  EXPECT_EQ(choose({"state,name"})->style, FieldStyle::comma);
  EXPECT_EQ(choose({"state:name"})->style, FieldStyle::colon);
  EXPECT_EQ(choose({"state", "name"})->style, FieldStyle::blank);
  EXPECT_EQ(choose({})->names, all);
  EXPECT_EQ(choose({"name,uuid,os2"}).error(),
            "An invalid attribute was entered.  The invalid attribute is uuid.  Please correct "
            "your entry and retry the command.");
  EXPECT_FALSE(choose({"NAME"}).has_value());
}

}  // namespace
}  // namespace lparsim::hmc
