"""Many payers at once in the checkout of `payme-sandbox serve`, and a visitor in its cabinet.

browser   a browser's tab: pages, their files, forms      payers   who pay, round after round
visitor   who looks at the cabinet meanwhile              vitals   memory, threads, files, size
ending    whether both books say the same                 report   what came out

asyncio and httpx: fifty browsers that mostly wait need no threads, and httpx is what the rest of
the project calls with. Locust's users would each want their own cookies, forms and files taught to
them as well, and its runner patches the sockets of the process that measures.
"""
