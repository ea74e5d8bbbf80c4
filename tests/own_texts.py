"""Clean texts of many registers, written for the tests, that hold words which pages have on their buttons."""

from __future__ import annotations

CLEAN_TEXTS = {
    "a log of a chat": """\
[10:02] <quill> morning all
[10:02] <marrow> hey
JOIN
[10:03] <quill> did anyone get the new keyboard driver to build?
[10:05] <marrow> yes, but only after I removed the old headers
[10:05] <tansy> same here
JOIN
[10:07] <pike> hi, is this the right channel for the printer question?
[10:08] <quill> depends on the printer :)
[10:09] <pike> it prints every page twice
PART
[10:10] <tansy> that's two printers in one, lucky you
JOIN
[10:12] <marrow> check the spool directory, mine did that when the job was queued by two users
[10:13] <pike> ok, will do
[10:15] <pike> it was that. thanks!
JOIN
""",
    "questions and answers": """\
Questions about the allotments

How do I get a plot?
Write to the parish clerk. There is a waiting list of about two years, and those who live in the parish come first.

What does it cost?
Thirty pounds a year for a full plot, and half of that for half a plot.

Contact
Who do I write to about a broken tap?
Write to the clerk, who will tell the man who looks after the pipes.

Sign up
How do I get on the list?
Fill in the form at the parish office and leave it with the clerk.

Privacy
What is done with my address?
It is kept on a card in the office and burned when you give up the plot.

Comments
Where do I say what I think of all this?
At the meeting in March, as everybody does.
""",
    "a play": """\
THE FERRYMAN'S SUPPER

A kitchen. A table, two chairs, a lamp.

ANNA
You are late.

PETER
The wind was late. I only followed it.

ANNA
Share the bread.

PETER
Follow me.

ANNA
Where?

PETER
To the window. Look.

ANNA
I see the lamp in it, and you, and me.

PETER
More.

ANNA
More?

PETER
Next.

ANNA
The sea, then.

PETER
That is what I wanted you to see. It has come up to the wall.
""",
    "verse": """\
Follow me
to the end of the quay
where the ropes lie

Read more
in the lines of a hand
than in the book of the tide

Share
what you have
with the gulls

Like
a lamp in the fog
I am more than I was

Sign in
on the sand
with your heel

Log out
when the water comes
and be gone
""",
    "a recipe": """\
Barley soup with leeks

Serves 4
Prep time: 20 minutes
Cook time: 1 hour

Ingredients

1 cup barley
2 leeks
1/2 cup cream
3 carrots
1 onion
1 litre of stock
Salt
Pepper

For the top
1/2 cup cream
1 handful of parsley

Method

1. Rinse the barley and let it drain.
2. Wash the leeks, cut them in rings, and soften them in butter with the onion.
3. Add the barley and the stock. Simmer for fifty minutes.
4. Add the carrots and cook for ten minutes more.
5. Stir in the cream. Season. Scatter the parsley over it and serve.

Notes

Print this page in your mind: the soup is better on the second day.

Share it with a neighbour.
""",
    "a manual of a library": """\
copy

copy(source, target)

Copies a file. Both names may be relative.

Parameters

source
    The file to read.
target
    The name of the copy.
follow
    Whether links are followed.

Returns

The number of bytes written.

share

share(name, users)

Shares a folder with other users.

Parameters

name
    The name of the folder.
users
    A list of users.

Returns

None

See also

unshare, list_shares, copy

print

print(text)

Prints a text on the console.

Parameters

text
    What is printed.

Returns

None

login

login(user, password)

Logs a user in. Raises AuthError if the password is wrong.

subscribe

subscribe(topic, callback)

Calls a function for every message of a topic.

Related

unsubscribe, publish
""",
    "a licence": """\
Hollin Public Licence, version 2

Copyright (c) 1998, 2004 The Hollin Society

All rights reserved.

Terms and Conditions

1. Definitions

"The Work" means the program, its manual and every file that comes with them. "You" means anyone who receives a copy.

2. Grant

You may copy the Work, change it and give it to others, provided that this licence and the notice of copyright go with every copy.

3. No warranty

The Work is given as it is. The Society does not promise that it serves any purpose, and is not liable for any damage that comes from its use.

4. Termination

Whoever breaks these terms loses the rights that they grant. Those who have had copies from them keep theirs.

END OF TERMS AND CONDITIONS

How to apply these terms

Put the following lines at the head of every file:

Copyright (C) <year> <name of author>

This program is free; you may share it under the terms of the Hollin Public Licence.

Copyright 1991, 1992 by Anders Systems Ltd.

Permission to use, copy and distribute this software is granted without fee, provided that the notice above appears in all copies.

Copyright (c) 1994 Corran Bell Foundry. All Rights Reserved.

Permission is granted to anyone to use this software for any purpose, provided that its origin is not misstated.
""",
    "a list of files with their licences": """\
Format: https://www.hollin.example/doc/copyright-format/1.0/
Upstream-Name: ferrybell
Upstream-Contact: Mirela Anders <mirela@hollin.example>
Source: https://hollin.example/ferrybell

Files: *
Copyright: 2009-2021, Mirela Anders <mirela@hollin.example>
 2014, Piers Corran
License: HPL-2+

Files: src/bell/*
Copyright: 2011, Corran Bell Foundry, Inc.
License: HPL-2

Files: src/timetable.c src/timetable.h
Copyright: 1999-2004, The Hollin Society. All rights reserved.
License: HPL-1

Files: debian/*
Copyright: © 2015, Tansy Quill <tansy@hollin.example>
License: HPL-2+

License: HPL-2+
 This program is free; you may share it and change it under the terms of the Hollin Public Licence, version 2 or any later one.
""",
    "the same, a line an entry": """\
Format: https://www.hollin.example/doc/copyright-format/1.0/ Upstream-Name: ferrybell Upstream-Contact: Mirela Anders <mirela@hollin.example> Source: https://hollin.example/ferrybell
Files: * Copyright: 2009-2021, Mirela Anders <mirela@hollin.example> 2014, Piers Corran License: HPL-2+
Files: src/bell/* Copyright: 2011, Corran Bell Foundry, Inc. License: HPL-2
Files: src/timetable.c src/timetable.h Copyright: 1999-2004, The Hollin Society. All rights reserved. License: HPL-1
Files: debian/* Copyright: © 2015, Tansy Quill <tansy@hollin.example> License: HPL-2+
License: HPL-2+ This program is free; you may share it and change it under the terms of the Hollin Public Licence, version 2 or any later one.
""",
    "an interview": """\
"A bell has its own temper": a talk with the founder Piers Corran

The Quay: How did you come to bells?

Corran: My grandfather cast them. I swept the floor, and one day he let me hold the clapper.

The Quay: What does a bell need?

Corran: Time. You can pour the metal in a minute, but it wants three days to cool, and nobody may touch it.

The Quay: Do you follow the old books?

Corran: I follow my ear. The books are for those who have none.

The Quay: Who comes to you today?

Corran: Parishes, ships, and once a man who wanted a bell for his goat.

The Quay: Thank you.
""",
    "a list of changes": """\
Changes

2.4.0
Tuesday, March 3, 2009
- Share: folders can be shared with groups.
- Login: the last user is remembered.
- Print: pages are no longer printed twice.

2.3.1
Monday, January 12, 2009
- Search: accents are ignored.
- Help: new pages on printing.
- Contact: the form works again.

2.3.0
Thursday, December 4, 2008
- Comments: may be edited for an hour.
- Subscribe: one mail a day at most.
- Menu: keys for all entries.

2.2.0
Friday, October 17, 2008
- Home: opens faster.
- Privacy: nothing is kept on the server.
""",
    "a diary": """\
Sunday, July 8, 1917
Rain all day. We mended nets in the loft and said little.

Monday, July 9, 1917
The boat went out at four and came back at noon with nothing but weed. Father slept.

Tuesday, July 10, 1917
A letter from Anna. She writes that the school is closed and that she helps in the laundry.

Wednesday, July 11, 1917
Wind from the east. I walked to the point and counted eleven sails.
""",
    "tables of networks and of votes": """\
What an advertisement costs on each network, in dollars, as the three agencies in town told us in March

Network	Per click	Per thousand views
YouTube	0.10	4.00
LinkedIn	5.20	12.00
Facebook	0.97	7.20
Instagram	1.10	7.90
TikTok	1.00	9.10
Twitter	0.38	6.50
Email	0.05	1.00

The figures differ from season to season. In December all of them rise by about a third, and in January they fall again.

Answer	Votes	Share	Change
Yes	164	81%	+5%
No	38	19%	-5%
Total	202	100%	0
""",
    "lists of what was made": """\
What we did for the harbour museum

The museum came to us with a page of 1998 and a box of photographs. In six weeks we gave it what a museum of that size needs.

- Logo
- Website
- Social media
- Newsletter
- Email copy
- Print
- Mobile app
- Online shop

The curator told us that three times as many people came in the first summer as in the year before.

- Duration: 40 days
- Team: 3 people
- Cost: nothing but the fare
""",
    "a guide with reading for each step": """\
How to begin as a bell ringer

STEP #1:

Find a tower that has a free rope. Most towers are glad of anyone who comes, and the captain will tell you on which evening they practise.

Suggested reading:

- What is the difference between a peal and a quarter peal?
- Eight reasons why I rang my first bell at sixty
- How to choose a tower near you

STEP #2:

Learn to hold the rope

So your next step is to learn to hold it!

You will not ring for the first four weeks. You will stand beside somebody who does, and you will pull when you are told to pull.

Suggested reading:

- Five mistakes that every beginner makes
- The words that ringers use

STEP #3:

Ring with the others

A band is six people who listen. Count aloud at first, and stop counting when you notice that you no longer need to.
""",
    "what a game needs": """\
Harbour Master III

Build the port of your dreams, from a single jetty to a basin for the largest ships of the age. Weather, tides and the moods of the customs officers are all simulated.

System requirements

MINIMUM
- OS: Windows 7
- Processor: Dual Core 2.0 GHz
- Memory: 2 GB
- Graphics: 128 MB of video memory

RECOMMENDED
- OS: Windows 10
- Processor: Quad Core 3.0 GHz
- Memory: 8 GB
- Graphics: 1 GB of video memory
""",
    "a thread": """\
Re: Doors that open twice
Sun Dec 17, 2023 11:23 am
I have a scene with two doors. When the player opens the first one, the second opens as well. I have looked at the events and can't find out why.

Re: Doors that open twice
Wed Dec 27, 2023 10:00 am
Are both doors made from the same object? Then the event is called for each of them. Pick one of them first.

Re: Doors that open twice
Wed Dec 27, 2023 11:04 am
That was it. I had copied the door and thought that the copy was an object of its own. Thank you!
""",
    "a letter to sign": """\
Dear neighbours,

The council wants to close the footbridge for good. If you would rather keep it, please copy the letter below, put your name under it and send it to the town hall before the first of May.

To the members of the council

I use the footbridge on most days, and I ask you to mend it instead of taking it down. The way round is half an hour, and it leads along a road without a pavement.

Yours sincerely

[Your Name]
[Address]
[Email]

Thank you for your help. The bridge has stood for ninety years and has another ninety in it.
""",
    "headings of two words": """\
What I learnt in ten years of a corner shop

1. Location, location, location

A shop on the wrong side of the road might as well be in the next town. People do not cross for a newspaper.

2. Edit, edit, edit

You cannot sell everything. Every spring we took a third of what stood on the shelves and gave it away, and nobody missed it.

Print quality

Our first price tags came from a machine that blurred every eight into a six. We lost money on the butter for a year.

Stay connected

A shop is a place to talk. Those who came for a stamp stayed for an hour, and in the end bought bread as well.

Mobile app

We had one. Eleven people used it, and one of them was my son.

Social media

The chalkboard before the door did more for us than all the rest. It said what was fresh, and sometimes it said something funny.
""",
    "minutes": """\
MINUTES OF THE HARBOUR BOARD

CHAIR: Good evening. The minutes of the last meeting have been sent out. Any comments?

MR BELL: None.

CHAIR: Then they are agreed.

MS QUILL: Could I ask about the crane?

CHAIR: You may.

MS QUILL: It has stood still since May.

MR BELL: The part is on its way.

MS QUILL: That's what you said in June.

MR BELL: It was on its way in June.

(Laughter.)

CHAIR: Next.

MR BELL: The lamps on the north pier.

CHAIR: Any questions? No? Agreed.

MS QUILL: I would like it noted that the crane has stood still since May.

CHAIR: It is noted. Thank you all. Good night.
""",
    "chapters": """\
CHAPTER I

The boat came in on a Tuesday, which nobody had expected, since the master had sworn that he would never again sail on that day.

CHAPTER II

There was no letter on board, and yet everybody on the quay behaved as if there were one.

CHAPTER III

Anna went home by the upper road. She had been told that it was longer, and she wanted it to be.

CONTENTS

I. The Boat
II. The Letter
III. The Upper Road
""",
    "a contract": """\
AGREEMENT OF SALE

between Mirela Anders ("the Seller") and the Hollin Institute ("the Buyer")

1. Subject

1.1 The Seller sells to the Buyer the ferry bell described in the annex.

2. Price and payment

2.1 The price is four thousand pounds.

2.2 The Buyer pays within thirty days of delivery.

3. Privacy

3.1 The parties keep each other's addresses to themselves.

4. Notices

4.1 Notices shall be sent to seller@hollin.example and buyer@hollin.example.

5. Copyright

5.1 The drawings of the bell remain the property of the Seller. All rights reserved.

Signed

Mirela Anders
For the Hollin Institute
""",
    "a release with an address": """\
The harbour board of Hollin will open the new crane on the first of May. It is the first on the coast that runs on the tide alone.

Patients and skippers who have questions may contact the board's office of crane safety at crane@hollin.example or 555-0143.

The crane was built by the Corran foundry. It lifts eleven tons.

The board also asks owners of small boats to tell it of any damage that they see, by letter or on the form that lies in the office.
""",
    "opening hours": """\
Opening hours of the swimming bath

Mon-Fri: 7:30 am-5:00 pm
Saturday: 8:00 am-6:00 pm
Sunday: closed

The bath has one basin of twenty-five metres and a small one for children. The water is warmed by the bakery next door, and so it is warmest in the morning.

Children under eight swim only with a grown-up who can swim as well. A card for ten visits costs as much as eight.
""",
    "a list of posts with hashtags": """\
Building a kite from an old umbrella
Anna · 4 min
#kites #wind #making

Why I write my notes by hand
Piers · 6 min
#writing #paper #habits

A year with a sail of hemp
Tansy · 9 min
#sailing #hemp #boats

The bell that would not ring
Mirela · 3 min
#bells #metal

What the tide taught me about waiting
Pike · 5 min
#tide #patience #sea
""",
    "places with their ratings": """\
Where to eat in Hollin

The Crane
Average rating: 4.8
Quay Road 4
The best fish soup on the coast, and a view of the pier that you pay for only a little.

Anna's
Average rating: 4.9
Bell Lane 11
Eight tables, one dish a day. Come before seven or go without.

The Loft
Average rating: 4.2
North Pier
Good beer, dry bread, and a fire on which nobody may lay a hand but the host.

Hemp & Tar
Average rating: 4.5
Upper Road 2
Named after a ship, and run by people who have never set foot on one.
""",
    "Japanese in short lines": """\
港町の小さな図書館が、この春で開館百年を迎える。
館長の森田さんは、古い貸出台帳を大切に守ってきた。
「一冊の本が、町の人の手から手へ渡っていく」
そう語る森田さんの目は、棚の奥に向けられていた。
図書館が建てられたのは、大正の終わりである。
漁師たちが金を出し合い、倉庫を改めて本を並べた。
当時の本は、わずか三百冊だった。
雨の日には屋根から水が落ち、本を抱えて逃げたという。
戦争のあいだ、建物は荷物置き場になった。
それでも本は、町の家々に預けられて残った。
終戦の翌年、子どもたちが本を返しに来た。
「一冊も欠けていなかった」と、先代の館長は書き残している。
いま蔵書は四万冊を超える。
しかし利用者は、十年前の半分に減った
若い人が町を出ていくからだ
それでも毎週土曜日の読み聞かせには
二十人ほどの親子が集まる
声を出して読むのは、元船員の老人である
「海の話なら、いくらでもある」
町は来年、建物を建て替えるかどうかを決める。
3月12日
議会で最初の説明があった
4月2日
住民の集まりが開かれた
5月20日
署名が町長に渡された
森田さんは、どちらになっても台帳だけは残したいと話す。
百年分の名前が、そこに並んでいるからだ。
""",
}

# Lines of those texts as a page has them: in bars, with a box around, below its article.
HALF_CLEANED = {
    "a bar of networks": ("YouTube", "LinkedIn", "Facebook", "Instagram", "TikTok"),
    "networks with their counts": ("Facebook 97", "Twitter 38", "Email 5"),
    "a bar of labels": ("Stay connected", "Social media", "Mobile app", "Newsletter"),
    "a form": ("Leave a comment", "Your name", "Your email", "Website", "Post comment"),
    "suggested reading": (
        "Suggested reading:",
        "- What is the difference between a peal and a quarter peal?",
        "- Eight reasons why I rang my first bell at sixty",
        "- How to choose a tower near you",
    ),
    "hashtags": ("#kites #wind #making",),
    "a notice": ("Copyright (c) 1998, 2004 The Hollin Society", "All rights reserved."),
    "an account": ("Sign in", "Create account", "Log out"),
}
