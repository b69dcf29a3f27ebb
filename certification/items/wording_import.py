"""The texts of what an import says of a file and of each of its items."""

from lms import wording
from lms.i18n import gettext as _

wording.register(
    {
        "import_adaptive": lambda: _("An item that changes while it is answered is not possible."),
        "import_all_areas_right": lambda: _(
            "Only the right areas are in the file: add wrong ones before it is used."
        ),
        "import_area": lambda: _("An area of the picture has a shape that is not possible."),
        "import_associated": lambda: _(
            "Free pairs become a match: one of each pair is given, the other is looked for."
        ),
        "import_attachments": lambda: _("Attachments to an answer are not possible."),
        "import_attributes": lambda: _("What the file says by %(names)s is left out."),
        "import_base_type": lambda: _("An answer of the type “%(name)s” is not possible."),
        "import_braces": lambda: _("Two braces in the text got a space between them."),
        "import_busy": lambda: _("Other files are being read. Try again in a moment."),
        "import_case": lambda: _("Case matters for some answers only: here it matters for none."),
        "import_category_texts": lambda: _(
            "Descriptions and ID numbers of categories are not taken over (%(count)s): %(names)s."
        ),
        "import_cells_left": lambda: _("Cells under no named column are left out."),
        "import_columns_left": lambda: _(
            "Columns that a list of items does not have are left out: %(names)s."
        ),
        "import_correct_several": lambda: _(
            "Several answers are named as the only correct one: give each its points in a mapping."
        ),
        "import_direction": lambda: _("That a text runs from right to left is left out."),
        "import_empty_costs": lambda: _(
            "No answer costs nothing here; in the file it cost %(points)s points."
        ),
        "import_element": lambda: _("“%(name)s” in the text is left out."),
        "import_no_items": lambda: _("There is no question in this file."),
        "import_encoding_assumed": lambda: _(
            "The file does not say its encoding: look at the accented letters, which were read as "
            "windows-1252."
        ),
        "import_encrypted": lambda: _("This file is encrypted."),
        "import_entries": lambda: _(
            "More than one text or number, or one beside lists, is not possible: part the item."
        ),
        "import_fault": lambda: _(
            "The fault is ours, not the file's: tell support what could not be read (%(where)s)."
        ),
        "import_feedback_named": lambda: _("The feedback “%(name)s” is left out."),
        "import_essay_scored": lambda: _(
            "The file scored it by itself; here an assessor marks it."
        ),
        "import_field_lost": lambda: _(
            "A field stands where none can stand here, as in a formula or a film."
        ),
        "import_file_broken": lambda: _("The file “%(name)s” in the package is broken."),
        "import_file_large": lambda: _("The file is larger than %(most)s MB."),
        "import_file_missing": lambda: _("The package lists this file but does not hold it."),
        "import_file_twice": lambda: _("The package holds two files of this name."),
        "import_files_left": lambda: _("%(count)s files are not taken over: %(names)s."),
        "import_foreign": lambda: _(
            "%(name)s is not read: export the questions as Moodle XML, GIFT or QTI 2.1."
        ),
        "import_foreign_table": lambda: _(
            "A table (CSV) of another system is not read: export the questions as Moodle XML, GIFT "
            "or QTI 2.1. If it is GIFT after all, choose that as its format."
        ),
        "import_formula": lambda: _("A formula is kept as it was typed and shown as text."),
        "import_hidden": lambda: _("It is hidden in Moodle; here it becomes a draft as all do."),
        "import_hints": lambda: _("Hints are left out."),
        "import_interaction": lambda: _("There is no item of this kind here: %(name)s."),
        "import_key_unknown": lambda: _("The answer “%(answer)s” is not the letter of one option."),
        "import_label": lambda: _("The label “%(name)s” is left out."),
        "import_language_other": lambda: _(
            "The file says that its language is “%(name)s”, which is none here: it is kept as "
            "“%(kept)s”."
        ),
        "import_languages": lambda: _(
            "Of a text in several languages (%(names)s) only “%(kept)s” is kept."
        ),
        "import_least_choices": lambda: _("How many must be chosen at least is left out."),
        "import_link": lambda: _("The text of a link is kept, its address is not: %(address)s."),
        "import_many_to_many": lambda: _("A match with several partners for one is not possible."),
        "import_markup": lambda: _("The formatting of a text cannot be taken over safely."),
        "import_no_response": lambda: _("What a right response is has not been declared."),
        "import_not_moodle": lambda: _("This is no question file of Moodle."),
        "import_not_qti": lambda: _("This is no item of QTI: it begins with “%(name)s”."),
        "import_number_within": lambda: _(
            "Of two numbers that fit the same answer, the one that earns less stands first."
        ),
        "import_on_picture": lambda: _("Putting things onto a picture is not possible."),
        "import_text_within": lambda: _(
            "Of two texts that fit the same answer, the one that earns less stands first."
        ),
        "import_order_chosen": lambda: _(
            "Only %(count)s of these were asked for at a time: here all of them are."
        ),
        "import_order_graded": lambda: _(
            "The order was scored in another way: here each right place earns its share."
        ),
        "import_order_part": lambda: _("An order of only some of the options is not possible."),
        "import_ordered": lambda: _("A choice whose order counts is not possible."),
        "import_part_credit": lambda: _("A gap with several right answers is not possible."),
        "import_parts": lambda: _(
            "This package holds files that are imported one by one: unpack it first."
        ),
        "import_path": lambda: _("The path of this file leads out of the package."),
        "import_picture_broken": lambda: _(
            "The picture “%(name)s” is missing, broken, too large or of an unknown kind."
        ),
        "import_picture_elsewhere": lambda: _(
            "A picture lies elsewhere and is not fetched: %(address)s."
        ),
        "import_picture_in_list": lambda: _("Options with pictures are not possible here."),
        "import_picture_missing": lambda: _("The picture that the item is about is missing."),
        "import_picture_unknown": lambda: _("A picture is neither in the file nor in this bank."),
        "import_points_assumed": lambda: _("It was worth nothing: one point is assumed."),
        "import_processing": lambda: _("It is scored in a way that is not possible: %(name)s."),
        "import_processing_assumed": lambda: _(
            "How it is scored was not said: all right or nothing is assumed."
        ),
        "import_qti_old": lambda: _("QTI 1.2 is not read: export the item as QTI 2.1."),
        "import_reuse": lambda: _("Some words could be used more than once: here all of them can."),
        "import_scores_differ": lambda: _(
            "Its scoring could not be taken over: the answer “%(answer)s” earns %(theirs)s points "
            "in the file and would earn %(ours)s here."
        ),
        "import_several": lambda: _("Several questions in one item are not possible."),
        "import_spans": lambda: _("Joined cells of a table are apart now."),
        "import_included": lambda: _(
            "A part of the item lies in another file: put it into the item."
        ),
        "import_stimulus_needed": lambda: _(
            "The item needs a shared text of another file: put the text into the item."
        ),
        "import_stimulus_left": lambda: _("A shared text is not taken over."),
        "import_style": lambda: _("Some looks of the text (colour, size, line) are left out."),
        "import_symlink": lambda: _("This is a link to a file, not a file."),
        "import_template": lambda: _("An item with numbers drawn by chance is not possible."),
        "import_test_left": lambda: _("The order and rules of a test are not taken over."),
        "import_text_unreadable": lambda: _(
            "The file is no text in an encoding that is known: save it as UTF-8."
        ),
        "import_tolerance": lambda: _("A tolerance of the kind “%(name)s” is not possible."),
        "import_too_deep": lambda: _("The file is nested too deeply."),
        "import_too_hard": lambda: _(
            "The file could not be read in the time and space that a file gets: part it."
        ),
        "import_too_large": lambda: _("It is too large."),
        "import_tongues": lambda: _(
            "Words within a text are in another language (%(names)s): that is left out."
        ),
        "import_tries": lambda: _("What a further try costs is left out: there is one try."),
        "import_turned": lambda: _("The two lists of the match changed sides."),
        "import_twice_same": lambda: _("Two options have the same identifier."),
        "import_type_unknown": lambda: _("There is no item of this kind here: %(name)s."),
        "import_unequal": lambda: _("Parts that earn or cost different points are not possible."),
        "import_units": lambda: _("Units of the number are left out."),
        "import_weights_equal": lambda: _("All gaps earn the same here; in the file they did not."),
        "import_wrong_answer": lambda: _("The listed wrong answer “%(answer)s” is left out."),
        "import_xml_broken": lambda: _("The XML is broken: %(why)s."),
        "import_xml_entities": lambda: _("The XML declares entities, which is not allowed."),
        "import_zip_bomb": lambda: _("The package holds too many or too large files."),
        "import_zip_broken": lambda: _("The package is broken or no zip file."),
    }
)
