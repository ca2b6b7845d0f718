"""run --timeline: one page that tells the run, whatever guests write."""
import html.parser
import unittest

import program
from program import FLOWS

VOID = {"meta"}


class Page(html.parser.HTMLParser):
    """Its texts by element, and whether every element is closed in order."""
    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.hrefs, self.ids = [], {}, set(), set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "href":
                self.hrefs.add(value.removeprefix("#"))
            if name == "id":
                self.ids.add(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)


class Timeline(program.ProgramTest):
    def draw(self, *arguments, path):
        target = self.folder / "page.html"
        done = program.lparsim("run", "--timeline", target, *arguments, path)
        self.assertEqual(done.stderr, "")
        page = Page(target.read_text())
        self.assertEqual(page.open, [])
        self.assertTrue(page.hrefs and page.hrefs <= page.ids)
        return page

    def test_every_lane_has_its_part_of_the_road(self):
        page = self.draw(path=FLOWS / "cpu_add.json")
        self.assertEqual(page.texts["th"],
                         ["time", "HMC", "RMC", "programs", "kernel", "firmware", "connectors"])
        told = "\n".join(page.texts["div"])
        for part in ("chhwres", "request: drmgr -c cpu -a", "/sys/kernel/dlpar <- cpu add index",
                     "set-indicator 0x2329 0x10000010: 0", "0x10000010: L2 -> L3", "online",
                     "exit status 0"):
            self.assertIn(part, told)

    def test_texts_of_guests_are_texts(self):
        path = self.scenario(name="a <b> & \"c\"", steps=[
            {"in": "alpha", "run": "echo '<script>alert(1)</script>&amp;' > /sys/kernel/dlpar"}])
        page = self.draw(path=path)
        self.assertNotIn("script", page.texts)
        self.assertIn("<script>alert(1)</script>&amp;", "\n".join(page.texts["div"]))
        self.assertEqual("".join(page.texts["h1"]), "a <b> & \"c\"")

    def test_the_same_run_is_the_same_page(self):
        self.draw(path=FLOWS / "cpu_add.json")
        first = (self.folder / "page.html").read_bytes()
        self.draw(path=FLOWS / "cpu_add.json")
        self.assertEqual((self.folder / "page.html").read_bytes(), first)

    def test_bad_input(self):
        flow = FLOWS / "cpu_add.json"
        for arguments in ([self.folder / "no" / "page.html", flow],
                          [self.folder / "page.html", flow, FLOWS / "cpu_remove.json"]):
            done = program.lparsim("run", "--timeline", *arguments)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertFalse((self.folder / "page.html").exists())


if __name__ == "__main__":
    unittest.main()
