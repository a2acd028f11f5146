/*
 * Before the first paint: the theme the person chose, so that a dark page
 * never flashes white.  And if a part of the page got lost on the way, load
 * it again.  A classic script on purpose: modules come too late.
 */
(function () {
    const key = 'vzpanel.again';
    const most = 6;

    function again() {
        const times = Number(sessionStorage.getItem(key)) + 1;

        if (times <= most) {
            sessionStorage.setItem(key, String(times));
            setTimeout(function () {
                location.reload();
            }, 300 * times);
        }
    }

    window.addEventListener('error', function (event) {
        const lost = event.target;

        if (lost instanceof HTMLScriptElement
            || (lost instanceof HTMLLinkElement && lost.rel === 'stylesheet'
                && lost.dataset.later === undefined))
        {
            again();
        }
    }, true);

    window.addEventListener('vzpanel.lost', again);
    window.addEventListener('vzpanel.begun', function () {
        sessionStorage.removeItem(key);
    });

    try {
        const theme = localStorage.getItem('vzpanel.theme');

        if (theme === 'light' || theme === 'dark') {
            document.documentElement.dataset.theme = theme;
        }
    } catch {
        /* storage refused: the system's theme it is */
    }
}());
